import * as z from 'zod';
import { isoTimeSchema } from './ids.js';

/** `<database>.serving`: the `ginko graph serve` that has this database, so that a second one does not start beside it. */
export const servingFileSchema = z.looseObject({
  url: z.url({ protocol: /^https?$/ }),
  pid: z.int().min(1),
  processStartedAt: z.string(),
  bootId: z.string(),
  startedAt: isoTimeSchema,
});

export type ServingFile = Readonly<z.infer<typeof servingFileSchema>>;
