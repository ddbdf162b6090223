import { ok, type Result } from '@ginkoai/contract';
import type { CommandContext } from '../program.js';
import type { Prepared } from '../lib/options/prepared.js';

/** `--dry-run`: the plan of a fresh start, or what a resume would do. Changes nothing. */
export async function printPlan(prepared: Prepared, { output }: CommandContext): Promise<Result<null>> {
  output.line(String(prepared.found.sprint.tasks.length));
  return Promise.resolve(ok(null));
}
