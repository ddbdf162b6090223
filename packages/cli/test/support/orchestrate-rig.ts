import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  launcherDescriptorSchema,
  lockHolderSchema,
  parseCheckpoint,
  runEventSchema,
  seenMarksSchema,
  unwrap,
  type LauncherDescriptor,
  type OrchestratorCheckpoint,
  type RunEvent,
} from '@ginkoai/contract';
import * as z from 'zod';
import { isSameProcess } from '../../src/lib/perform/agents/process-identity.js';
import { killProcess } from './kill-process.js';
import { Ledger } from './ledger.js';
import { GinkoProcess } from './processes.js';
import { sprintText, statusesIn, type PlannedTask } from './sprint-files.js';

export interface JournalledEvent {
  /** Of the journal it stands in. */
  readonly epoch: number;
  readonly event: RunEvent;
}

export interface WorkingCopyOptions {
  readonly plan: readonly PlannedTask[];
  /** Of several working copies that share one. */
  readonly ledger?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Longest work of an agent; each draws its own. */
  readonly workMs?: number;
  /** What the work on tasks whose id ends in 3 or 7 takes longer. */
  readonly extraMs?: number;
  /** More of what its configuration says. */
  readonly defaults?: Readonly<Record<string, string>>;
}

const jsonLineSchema = z.looseObject({ kind: z.string() });
const checkpointFileSchema = z.object({ checkpoint: z.unknown() });
const journalLineSchema = z.object({ event: z.unknown() });

/**
 * Works for a while and says in the ledger when. It looks for an earlier agent of its task that still runs. A file
 * `hold` makes it wait until the file is gone; `hold-<task>` does so for one task.
 */
const agentScript = `
[ -z "$STUBBORN" ] || trap '' TERM
id="$GINKO_TASK_ID g$GINKO_GENERATION a$GINKO_ATTEMPT $$"
echo "start $id" >> "$LEDGER"
open=''
while read -r kind task gen att pid; do
  [ "$task" = "$GINKO_TASK_ID" ] || continue
  case $kind in start) open="$open $pid ";; end) open="\${open%% $pid *}\${open#* $pid }";; esac
done < "$LEDGER"
for pid in $open; do
  [ "$pid" = $$ ] && continue
  case $(ps -o stat= -p "$pid") in ''|Z*) ;; *) echo "overlap $id with $pid" >> "$LEDGER";; esac
done
ms=$(( ($$ * 7919 + 13) % WORK_MS ))
case $GINKO_TASK_ID in *3|*7) ms=$(( ms + EXTRA_MS ));; esac
sleep "$(( ms / 1000 )).$(printf %03d $(( ms % 1000 )))"
while [ -e "$HOLD" ] || [ -e "$HOLD-$GINKO_TASK_ID" ]; do sleep 0.02; done
echo "end $id" >> "$LEDGER"
`;

/** A project of its own with a sprint, agents that keep a ledger, and real orchestrators. */
export class WorkingCopy {
  readonly root: string;
  readonly sprintPath: string;
  readonly ledgerPath: string;
  readonly plan: readonly PlannedTask[];
  readonly processes: GinkoProcess[] = [];
  readonly #folder: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #launchersSeen = new Map<string, LauncherDescriptor>();
  readonly #journalled = new Map<string, JournalledEvent>();

  constructor({ plan, ledger, env = {}, workMs = 300, extraMs = 0, defaults = {} }: WorkingCopyOptions) {
    this.#folder = realpathSync(mkdtempSync(join(tmpdir(), 'ginko-run-')));
    this.root = join(this.#folder, 'copy');
    this.plan = plan;
    this.sprintPath = join(this.root, 'docs', 'sprints', 'sprint.md');
    this.ledgerPath = ledger ?? join(this.#folder, 'ledger');
    mkdirSync(join(this.root, 'docs', 'sprints'), { recursive: true });
    mkdirSync(join(this.root, '.ginko'), { mode: 0o700 });
    writeFileSync(
      join(this.root, '.ginko', 'config.json'),
      JSON.stringify({ defaults: { backoff: '100ms', maxLosses: 100, ...defaults } }),
    );
    writeFileSync(this.sprintPath, sprintText(plan));
    if (ledger === undefined) writeFileSync(this.ledgerPath, '');
    writeFileSync(join(this.#folder, 'agent.sh'), agentScript);
    this.#env = {
      LEDGER: this.ledgerPath,
      HOLD: join(this.#folder, 'hold'),
      WORK_MS: String(workMs),
      EXTRA_MS: String(extraMs),
      ...env,
    };
  }

  /** Starts `ginko orchestrate` with this copy's agents, telling JSON lines. */
  orchestrate(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): GinkoProcess {
    return this.orchestrateInWords(['--json', ...args], env);
  }

  /** The same, telling lines for people. */
  orchestrateInWords(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): GinkoProcess {
    const exec = `sh ${join(this.#folder, 'agent.sh')}`;
    return this.ginko(['orchestrate', '--exec', exec, '--agents', '4', ...args], env);
  }

  ginko(args: readonly string[], env: Readonly<Record<string, string>> = {}): GinkoProcess {
    const started = new GinkoProcess({ cwd: this.root, args, env: { ...this.#env, ...env } });
    this.processes.push(started);
    return started;
  }

  /** Agents that come to the end of their work wait until `release`; without a task: all of them. */
  hold(taskId?: string): void {
    writeFileSync(this.#holdPath(taskId), '');
  }

  release(taskId?: string): void {
    rmSync(this.#holdPath(taskId), { force: true });
  }

  ledger(): Ledger {
    return new Ledger(this.ledgerPath);
  }

  sprint(): string {
    return readFileSync(this.sprintPath, 'utf8');
  }

  statuses(): Map<string, string> {
    return statusesIn(this.sprint());
  }

  /** A person saves the sprint file, as an editor does. */
  edit(change: (text: string) => string): void {
    writeFileSync(this.sprintPath, change(this.sprint()));
  }

  get stateDirectory(): string {
    return join(this.root, '.ginko', 'orchestrator', 'EPIC-1');
  }

  checkpointText(): string {
    return readFileSync(join(this.stateDirectory, 'checkpoint.json'), 'utf8');
  }

  checkpoint(): OrchestratorCheckpoint {
    return unwrap(parseCheckpoint(checkpointFileSchema.parse(JSON.parse(this.checkpointText())).checkpoint));
  }

  /** The mark of a task that was last seen here, as ginko remembers it. */
  seenMark(taskId: string): string | undefined {
    const path = join(this.stateDirectory, 'marks.json');
    if (!existsSync(path)) return undefined;
    const { files } = seenMarksSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
    return files[relative(this.root, this.sprintPath)]?.[taskId];
  }

  hasLock(): boolean {
    return existsSync(join(this.stateDirectory, 'lock'));
  }

  lockHolder(): z.infer<typeof lockHolderSchema> {
    return lockHolderSchema.parse(JSON.parse(readFileSync(join(this.stateDirectory, 'lock'), 'utf8')));
  }

  journalNames(): string[] {
    if (!existsSync(this.stateDirectory)) return [];
    return readdirSync(this.stateDirectory).filter((name) => /^journal-\d+\.ndjson$/.test(name));
  }

  journalText(name: string): string {
    return readFileSync(join(this.stateDirectory, name), 'utf8');
  }

  /** Every whole line of every journal seen here so far; called often enough, none is missed by pruning. */
  journalled(): JournalledEvent[] {
    for (const name of this.journalNames()) {
      const epoch = Number(/\d+/.exec(name)?.[0]);
      for (const line of this.journalText(name).split('\n').slice(0, -1)) {
        const event = runEventSchema.parse(journalLineSchema.parse(JSON.parse(line)).event);
        this.#journalled.set(`${name} ${line}`, { epoch, event });
      }
    }
    return [...this.#journalled.values()];
  }

  launchers(): LauncherDescriptor[] {
    const directory = join(this.root, '.ginko', 'launchers');
    if (!existsSync(directory)) return [];
    for (const name of readdirSync(directory)) {
      if (!/^\d+\.json$/.test(name)) continue;
      const descriptor = descriptorIn(join(directory, name));
      if (descriptor !== null) this.#launchersSeen.set(`${descriptor.pid} ${descriptor.processStartedAt}`, descriptor);
    }
    return [...this.#launchersSeen.values()].filter((descriptor) => isSameProcess(descriptor));
  }

  killLaunchers(): number {
    return this.launchers().filter(({ pid }) => killProcess(pid, 'SIGKILL')).length;
  }

  /** Ends everything that was started here, and removes the folder. */
  async remove(): Promise<void> {
    for (const started of this.processes) {
      if (started.isOver) continue;
      started.kill('SIGKILL');
      await started.ended;
    }
    this.killLaunchers();
    this.#killAgents();
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }

  /** Everything that runs here is killed and the working copy is gone; only the ledger is left. */
  async machineDies(): Promise<void> {
    for (const started of this.processes) if (!started.isOver) await started.killHard();
    this.killLaunchers();
    this.#killAgents();
    rmSync(this.root, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }

  #killAgents(): void {
    const attempts = existsSync(this.ledgerPath) ? this.ledger().attempts : [];
    for (const { pid, endedAt } of attempts) {
      if (endedAt === null && isAgent(pid)) killProcess(-pid, 'SIGKILL');
    }
  }

  #holdPath(taskId?: string): string {
    return join(this.#folder, taskId === undefined ? 'hold' : `hold-${taskId}`);
  }
}

/** What a `--json` orchestrator has told so far. */
export function eventsOf(lines: readonly string[]): z.infer<typeof jsonLineSchema>[] {
  return lines.filter((line) => line.startsWith('{')).map((line) => jsonLineSchema.parse(JSON.parse(line)));
}

export function ofKind(lines: readonly string[], kind: string): z.infer<typeof jsonLineSchema>[] {
  return eventsOf(lines).filter((event) => event.kind === kind);
}

/** True once so many events of the kind were told. */
export const told =
  (kind: string, count = 1) =>
  (lines: readonly string[]): boolean =>
    lines.filter((line) => line.startsWith(`{"kind":"${kind}"`)).length >= count;

/** Waits for a state of the world that tells nobody when it comes about; the test's own time limit bounds it. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await pause(5);
}

function descriptorIn(path: string): LauncherDescriptor | null {
  try {
    return launcherDescriptorSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    // Removed meanwhile by a later launcher.
    return null;
  }
}

/** Whether this pid of the ledger still is one of our agents, and not a later process that got its number. */
function isAgent(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.includes('agent.sh');
}
