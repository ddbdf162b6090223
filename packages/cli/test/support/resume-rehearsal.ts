import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { unwrap, type LauncherAttempt } from '@ginkoai/contract';
import * as z from 'zod';
import { kebabCase } from '../../src/lib/options/kebab-case.js';
import type { OrchestrateFlags } from '../../src/lib/options/orchestrate-options.js';
import { connectLaunchers, type LauncherConnection } from '../../src/lib/perform/agents/launcher-client.js';
import { observeLaunchers } from '../../src/lib/perform/agents/observe-launchers.js';
import { eventsOf, ofKind, told, type WorkingCopy } from './orchestrate-rig.js';
import { plannedEvents } from './planned-events.js';

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
  readonly events: readonly Recorded[];
}

/** What is the same in an event that is planned and in the one that is recorded. */
const recordedFields = ['kind', 'sequence', 'taskId', 'generation', 'attempt', 'reason'] as const;
type Recorded = Partial<Record<(typeof recordedFields)[number], unknown>>;

export interface ResumeOptions {
  readonly flags?: OrchestrateFlags;
  /** Which graph; that of the working copy. */
  readonly env?: Readonly<Record<string, string>>;
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
export async function dryRunOfResume(
  copy: WorkingCopy,
  { flags = {}, env = ownGraph }: ResumeOptions = {},
): Promise<Rehearsed> {
  const before = stateFilesOf(copy);
  const { code, stdout, stderr } = await copy.orchestrate(['--resume', '--dry-run', ...argsOf(flags)]).ended;
  if (code !== 0) throw new Error(`The dry run ended with ${String(code)}: ${stderr}`);
  const events = await plannedEvents(copy, { flags, env });
  expect(stateFilesOf(copy)).toEqual(before);
  const { tasks, source, reason, completed, inProgress } = dryRunSchema.parse(JSON.parse(stdout));
  const decided = tasks.map(({ taskId, row, decision }) => ({ taskId, row, sentence: decision }));
  return {
    base: { source, reason, completed, inProgress },
    decided: decided.filter(({ sentence }) => !stays.test(sentence)),
    events: events.map(recordedOf),
  };
}

/** What `--resume` then says that it changed. The run goes on. */
export async function resume(copy: WorkingCopy, { flags = {} }: ResumeOptions = {}): Promise<Rehearsed> {
  const running = copy.orchestrate(['--resume', ...argsOf(flags)]);
  // What recovery recorded is told before the first checkpoint.
  await running.prints(told('checkpoint_saved'));
  const said = eventsOf(running.lines);
  const opening = said.slice(
    0,
    said.findIndex(({ kind }) => kind === 'checkpoint_saved'),
  );
  const { source, reason, completed, inProgress } = recoveredSchema.parse(ofKind(running.lines, 'recovered')[0]);
  const changes = ofKind(running.lines, 'reconciled').flatMap((event) => reconciledSchema.parse(event).changes);
  return {
    base: { source, reason, completed, inProgress },
    decided: changes.map(({ taskId, row, sentence }) => ({ taskId, row, sentence })),
    events: opening.filter((event) => 'sequence' in event).map(recordedOf),
  };
}

/** That of a copy without a served one. */
const ownGraph = { GINKO_GRAPH_ID: 'graph-1' };

function argsOf(flags: OrchestrateFlags): string[] {
  return Object.entries(flags).flatMap(([key, value]) => {
    const name = `--${kebabCase(key)}`;
    return value === true ? [name] : [name, String(value)];
  });
}

function recordedOf(event: object): Recorded {
  const fields = Object.entries(event).filter(([key]) => (recordedFields as readonly string[]).includes(key));
  // Where a recovery takes the run from has a reason of its own.
  return Object.fromEntries('source' in event ? fields.filter(([key]) => key !== 'reason') : fields);
}

/** The attempts of graph `graph-1` in the launchers' journals. */
export async function launchersKnow({ root }: WorkingCopy): Promise<readonly LauncherAttempt[]> {
  return unwrap(await observeLaunchers({ root, scope: 'graph-1/EPIC-1', now: 0 }));
}

/**
 * Once the launcher, if one lives, has heard what an orchestrator sent before it was killed: it answers a new connection
 * after that. As long as this connection is open it stays, and so do its files.
 */
export async function besideTheLauncher(copy: WorkingCopy): Promise<LauncherConnection | null> {
  if (copy.launchers().length === 0) return null;
  const another = { scope: 'graph-1/another', epoch: 1, orchestratorId: 'another', env: process.env };
  return unwrap(await connectLaunchers({ root: copy.root, ...another, onMessage: () => undefined }));
}

/** It is over, and a launcher saw how it ended. */
export function isRecorded(attempt: LauncherAttempt): boolean {
  return attempt.state === 'finished' && attempt.outcome.exit.kind !== 'unknown';
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
