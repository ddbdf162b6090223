import * as z from 'zod';
import { isoTimeSchema } from './ids.js';

/** `.ginko/graph.json`: where the embedded graph of a working copy listens, its token, and the process that serves it. */
export const embeddedGraphFileSchema = z.looseObject({
  url: z.url({ protocol: /^http$/ }),
  token: z.string().min(1),
  pid: z.int().min(1),
  processStartedAt: z.string(),
  bootId: z.string(),
  startedAt: isoTimeSchema,
});

export type EmbeddedGraphFile = Readonly<z.infer<typeof embeddedGraphFileSchema>>;
