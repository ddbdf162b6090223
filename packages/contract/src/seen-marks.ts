import * as z from 'zod';

/** `marks.json`: the mark of each task as it was last seen in this working copy, by sprint file. Never sent anywhere. */
export const seenMarksSchema = z.looseObject({
  version: z.literal(1),
  files: z.record(z.string(), z.record(z.string(), z.string())),
});

export type SeenMarks = z.infer<typeof seenMarksSchema>;
