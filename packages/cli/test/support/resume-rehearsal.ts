import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ofKind, told, type WorkingCopy } from './orchestrate-rig.js';

export interface Decided {
  readonly taskId: string;
  readonly row: string;
  readonly sentence: string;
}

/** Where a resume takes the run from. */
export interface Base {
  readonly source: string;
  readonly reason: string;
  readonly completed: number;
  readonly inProgress: number;
}

export interface Rehearsed {
  readonly base: Base;
  readonly decided: readonly Decided[];
}

const baseFields = { source: z.string(), reason: z.string(), completed: z.int(), inProgress: z.int() };
const dryRunSchema = z.object({
  ...baseFields,
  kind: z.literal('recovery_table'),
  tasks: z.array(z.object({ taskId: z.string(), row: z.string(), decision: z.string() })),
});
const recoveredSchema = z.object({ ...baseFields, kind: z.literal('recovered') });
const reconciledSchema = z.object({
  changes: z.array(z.object({ taskId: z.string(), row: z.string(), sentence: z.string() })),
});

/** Tasks that stay as they are stand in the table, and in no change. */
const stays =
  /( is pending| is complete| waits for its next attempt| taken all the same| changes nothing| is in progress \(attempt \d+\)| is done and waits for its new dependencies| stays \w+ \(.*\))$/;

/** What `--resume --dry-run` says that a resume would change. */
export async function dryRunOfResume(copy: WorkingCopy, args: readonly string[] = []): Promise<Rehearsed> {
  const before = stateFilesOf(copy);
  const { code, stdout, stderr } = await copy.orchestrate(['--resume', '--dry-run', ...args]).ended;
  if (code !== 0) throw new Error(`The dry run ended with ${String(code)}: ${stderr}`);
  expect(stateFilesOf(copy)).toEqual(before);
  const { tasks, source, reason, completed, inProgress } = dryRunSchema.parse(JSON.parse(stdout));
  const decided = tasks.map(({ taskId, row, decision }) => ({ taskId, row, sentence: decision }));
  return {
    base: { source, reason, completed, inProgress },
    decided: decided.filter(({ sentence }) => !stays.test(sentence)),
  };
}

/** What `--resume` then says that it changed. The run goes on. */
export async function resume(copy: WorkingCopy, args: readonly string[] = []): Promise<Rehearsed> {
  const running = copy.orchestrate(['--resume', ...args]);
  await running.prints(told('recovered'));
  const { source, reason, completed, inProgress } = recoveredSchema.parse(ofKind(running.lines, 'recovered')[0]);
  const changes = ofKind(running.lines, 'reconciled').flatMap((event) => reconciledSchema.parse(event).changes);
  return {
    base: { source, reason, completed, inProgress },
    decided: changes.map(({ taskId, row, sentence }) => ({ taskId, row, sentence })),
  };
}

/** Names, sizes and times of everything that ginko keeps, and of the sprint. */
function stateFilesOf(copy: WorkingCopy): string[] {
  const folder = join(copy.root, '.ginko');
  const kept = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
  return [...kept, copy.sprintPath].sort().map((path) => {
    const { size, mtimeMs } = statSync(path);
    return `${path} ${size} ${mtimeMs}`;
  });
}
