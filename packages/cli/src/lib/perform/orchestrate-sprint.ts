import { relative } from 'node:path';
import { ok, type ContextMetrics, type ExitCode, type Failure, type Result } from '@ginkoai/contract';
import type { RunState, TaskFacts } from '../decide/run-state.js';
import type { RunLimits } from '../decide/limits.js';
import type { Prepared } from './prepared.js';
import type { Clock, InterruptLevel, RunInput } from '../ports.js';
import type { Reporter } from '../report/reporter.js';
import { attemptFiles, readAgentWord, type AttemptPlace } from './agents/attempt-files.js';
import type { LauncherEvent } from './agents/launcher-client.js';
import { LocalAgents } from './agents/local-agents.js';
import { claimRun, type Claim } from './claim-run.js';
import type { EmbeddedGraphThread } from './embedded-graph-thread.js';
import { wordsOf } from './graph-words.js';
import { Inbox } from './inbox.js';
import { openJournal } from './journal.js';
import { lastHeard } from './last-heard.js';
import { loadMarksFile } from './marks-file.js';
import { openRun } from './open-run.js';
import { gatherSources } from './recovery-sources.js';
import { sprintIdentity } from './run-identity.js';
import { keepResumeCommand } from './resume-command-file.js';
import { commandsOfRun } from './repository-commands.js';
import { runSession } from './run-session.js';
import { sightAttempts } from './sight-attempts.js';
import { SprintSource } from './sprint-source.js';
import { agentIds, createTaskCommands } from './task-commands.js';
import { createApprovals } from './trust.js';

export interface OrchestrateSprint extends Prepared {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly chance: () => number;
  readonly limits: () => RunLimits;
  readonly metrics: () => ContextMetrics | undefined;
  readonly reporter: Reporter;
  readonly listen: (onInterrupt: (level: InterruptLevel) => void, onEnough: () => void) => () => void;
  /** Of the embedded graph, started ahead. */
  readonly thread?: Result<EmbeddedGraphThread> | undefined;
}

/** One process start of a run: claims it, opens it (anew or recovered), and runs it to its end. */
export async function orchestrateSprint(parts: OrchestrateSprint): Promise<Result<ExitCode>> {
  const { found, options, config, env, clock } = parts;
  const identity = sprintIdentity(found.file, found.sprint, options.epic);
  const inbox = new Inbox<RunInput>();
  // What the launcher tells before the run is open is kept: until then nobody could make sense of it.
  const early: LauncherEvent[] = [];
  let hear = (event: LauncherEvent): void => void early.push(event);
  const claim = await claimRun({
    root: found.root,
    epicId: identity.epicId,
    config,
    env,
    isOffline: options.isOffline,
    isTakeover: options.isTakeover,
    leaseTtlMs: options.lease.ttlMs,
    now: clock.now(),
    thread: parts.thread,
    onLauncher: (event) => hear(event),
    onGraphError: tellOnce(({ message }) =>
      warn(parts, 'graph_error', `The embedded graph met an error: ${message}. The run goes on.`),
    ),
  });
  if (!claim.ok) return claim;
  try {
    const ran = await runClaimed(parts, {
      claim: claim.value,
      identity,
      inbox,
      setListener: (listener) => {
        hear = listener;
        for (const event of early.splice(0)) listener(event);
      },
    });
    if (!ran.ok) await claim.value.abandon();
    return ran;
  } catch (error) {
    // A bug. Its lease runs out as that of any run that crashed.
    await claim.value.release();
    throw error;
  }
}

function warn({ reporter, clock }: OrchestrateSprint, code: string, message: string): void {
  reporter.event({ kind: 'warning', at: new Date(clock.now()).toISOString(), code, message });
}

const mostTold = 20;

/** The same trouble comes with every call; and what differs each time must not fill the terminal either. */
function tellOnce(tell: (error: Error) => void): (error: Error) => void {
  const told = new Set<string>();
  return (error) => {
    if (told.has(error.message) || told.size === mostTold) return;
    told.add(error.message);
    tell(error);
  };
}

const noAgent =
  'There is no agent. Give one with --exec "<command>" or --agent claude, or name agents in .ginko/config.json. Waiting for one.';

interface Claimed {
  readonly claim: Claim;
  readonly identity: { readonly sprintId: string; readonly epicId: string };
  readonly inbox: Inbox<RunInput>;
  readonly setListener: (listener: (event: LauncherEvent) => void) => void;
}

async function runClaimed(
  parts: OrchestrateSprint,
  { claim, identity, inbox, setListener }: Claimed,
): Promise<Result<ExitCode>> {
  const { found, options, config, specs, clock, chance, limits } = parts;
  const { place, holder, epoch, directory, graphId } = claim;
  const sources = await gatherSources({ local: claim.local, place, epicId: identity.epicId, graph: claim.askable });
  if (!sources.ok) return sources;
  const lastHeardAt = lastHeard({ lease: claim.lease?.previous, sources: sources.value, clock });
  const sprint = await openSprintSource(parts, { claim, inbox });
  if (!sprint.ok) return sprint;
  const current: { runId: string; state?: RunState } = { runId: '' };
  const file = relative(found.root, found.file);
  const approvals = createApprovals(commandsOfRun(parts, file), parts.env);
  const agents = new LocalAgents({
    root: found.root,
    runId: () => current.runId,
    ...identity,
    epoch: () => current.state?.epoch ?? epoch,
    commandFor: createTaskCommands({
      specs,
      verify: options.verify ?? config.defaults.verify ?? null,
      taskTimeoutMs: options.taskTimeoutMs,
      task: (id) => sprint.value.task(id),
      bodyOf: (task) => sprint.value.bodyOf(task),
      summaryOf: (id) => summaryOf({ root: found.root, ...identity }, current.state?.tasks.get(id)),
      approve: ({ id, line }, field, text) =>
        approvals.check({ text, where: `${id}, **${field}:** (${file}:${line})` }),
    }),
    onInput: (input) => inbox.push(input),
    connection: claim.launcher,
  });
  const { words, revision } = await readWords(claim, identity.epicId, sources.value.graphRevision);
  for (const message of [...parts.warnings, ...claim.local.warnings]) warn(parts, 'state', message);
  const run = await openRun({
    sources: sources.value,
    isResume: options.isResume,
    identity: { ...identity, graphId },
    successor: { holder, orchestratorName: 'orchestrator', epoch },
    sprint: sprint.value,
    words,
    openJournal: (of) => openJournal({ directory, epoch: of }),
    sight: ({ state }) => {
      current.runId = state.runId;
      const seen = sightAttempts({
        state,
        agents,
        attempts: claim.launcher.attempts,
        heardMsAgo: clock.monotonic() - lastHeardAt,
        isGone: options.isTakeover,
      });
      agents.adopt([...state.open].filter(({ id }) => seen.get(id)?.state === 'running'));
      return seen;
    },
    clock,
    chance,
    limits: limits(),
    includeInProgress: options.includeInProgress,
    keepRunning: options.keepRunning,
  });
  if (!run.ok) return run;
  current.state = run.value.state;
  current.runId = run.value.state.runId;
  const { counts } = run.value.state;
  if (specs.length === 0 && counts.pending + counts.in_progress > 0) warn(parts, 'state', noAgent);
  const keeping = keepResumeCommand(directory, parts.continueWith).then((kept) => {
    if (!kept.ok) warn(parts, 'state', kept.failure.message);
  });
  setListener((event) => agents.hear(event));
  const session = runSession({
    ...parts,
    root: found.root,
    claim,
    opened: run.value,
    sprint: sprint.value,
    agents,
    pool: agentIds(specs),
    inbox,
    graphRevision: revision,
    lastHeardAt,
  });
  const [summary] = await Promise.all([session, keeping]);
  return ok(summary.exitCode);
}

/** What the agent that finished a task said about it; absent: nothing, or it worked elsewhere. */
function summaryOf(place: AttemptPlace, facts: TaskFacts | undefined): string | undefined {
  if (facts === undefined || facts.attempt === 0) return undefined;
  const word = readAgentWord(
    attemptFiles(place, { taskId: facts.id, generation: facts.generation, attempt: facts.attempt }),
  );
  return word.kind === 'said' ? word.result.summary : undefined;
}

async function openSprintSource(
  parts: OrchestrateSprint,
  { claim, inbox }: Pick<Claimed, 'claim' | 'inbox'>,
): Promise<Result<SprintSource>> {
  const { found, options, clock } = parts;
  const marks = await loadMarksFile({ directory: claim.directory });
  if (!marks.ok) return marks;
  const source = new SprintSource({
    file: found.file,
    name: relative(found.root, found.file),
    text: found.text,
    sprint: found.sprint,
    marksFile: marks.value.marksFile,
    clock,
    isWriteBack: options.isWriteBack,
    mayWrite: () => claim.lock.isStillOurs(),
    onChanged: () => inbox.push({ kind: 'sprint_changed' }),
    onTrouble: (failure: Failure) => inbox.push({ kind: 'sprint_trouble', failure }),
  });
  return ok(source);
}

/** What people said in the graph since the last run had read it: of that nobody has taken notice yet, be this a resume or not. */
async function readWords(
  claim: Claim,
  epicId: string,
  since: number,
): Promise<{ words: ReturnType<typeof wordsOf>; revision: number }> {
  const none = { words: new Map<string, never>(), revision: since };
  const graph = claim.askable;
  if ('why' in graph) return none;
  const news = await graph.client.taskNews({ epicId, since }, { retries: 0 });
  if (!news.ok) return none;
  return { words: wordsOf(news.value), revision: news.value.revision };
}
