import * as z from 'zod';
import { ofKind } from './orchestrate-rig.js';
import type { GinkoProcess } from './processes.js';

const recoveredSchema = z.object({ holder: z.object({ orchestratorId: z.string() }) });

/** Of one that recovered a run and tells JSON lines. */
export function orchestratorIdOf({ lines }: GinkoProcess): string {
  return recoveredSchema.parse(ofKind(lines, 'recovered')[0]).holder.orchestratorId;
}
