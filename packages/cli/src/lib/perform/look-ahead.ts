import { relative } from 'node:path';
import { ok, type EpicId, type LauncherAttempt, type LeaseView, type Millis, type Result } from '@ginkoai/contract';
import type { Prepared } from './prepared.js';
import type { Clock } from '../ports.js';
import type { RecoveryTableRow } from '../report/reporter.js';
import { LocalAgents } from './agents/local-agents.js';
import { observeLaunchers } from './agents/observe-launchers.js';
import { whoIsAtWork, type AtWork } from './at-work.js';
import type { GraphConnection } from './connect-graph.js';
import { graphAsItIs, type GraphAsItIs } from './graph-as-it-is.js';
import { wordsOf } from './graph-words.js';
import { lastHeard } from './last-heard.js';
import { loadLocalState, type LocalState } from './local-state.js';
import { loadMarksFile } from './marks-file.js';
import { planRecovery, type RecoveryPlan } from './plan-recovery.js';
import { graphIdOf, knownPlaceOf } from './project.js';
import { gatherSources, type RecoverySources } from './recovery-sources.js';
import { newHolder, sprintIdentity } from './run-identity.js';
import { sightAttempts } from './sight-attempts.js';
import { SprintSource } from './sprint-source.js';
import { openStateDirectory } from './state-directory.js';
import { createStateFile } from './state-file.js';
import { createTaskCommands } from './task-commands.js';

type Environment = Readonly<Record<string, string | undefined>>;

export interface LookAhead {
  /** null: there is nothing to recover, and a resume would start fresh. */
  readonly plan: RecoveryPlan | null;
  readonly sources: RecoverySources;
  readonly rows: readonly RecoveryTableRow[];
  readonly warnings: readonly string[];
  /** Because of whom a resume would be refused; null: nobody is known to orchestrate. */
  readonly atWork: AtWork | null;
}

/** What `--resume` would do: the same sources and the same plan, with no lock, no lease, no launcher, and no write. */
export async function lookAhead(prepared: Prepared, env: Environment, clock: Clock): Promise<Result<LookAhead>> {
  const { found, options, config } = prepared;
  const { root } = found;
  const identity = sprintIdentity(found.file, found.sprint, options.epic);
  const graphId = await graphIdOf({ root, env, config });
  const graph = await graphAsItIs({ root, env, config, isOffline: options.isOffline });
  try {
    const place = (await knownPlaceOf(root)) ?? 'none';
    const directory = await openStateDirectory({ workingCopy: root, epicId: identity.epicId, readOnly: true });
    if (!directory.ok) return directory;
    const stateFile = createStateFile({ directory: directory.value, epicId: identity.epicId, graphId, readOnly: true });
    const local = await loadLocalState({ stateFile, place, readOnly: true });
    if (!local.ok) return local;
    const sources = await sourcesOf(graph, { local: local.value, place, epicId: identity.epicId });
    if (!sources.ok) return sources;
    const answering =
      graph.kind === 'connected' && sources.value.graph.kind !== 'unavailable' ? graph.connection : null;
    const lease = await leaseNow(answering, identity.epicId);
    const lastHeardAt = lastHeard({ lease, sources: sources.value, clock });
    const atWork = await whoIsAtWork({ directory: directory.value, epicId: identity.epicId, graph: answering });
    const attempts = await observeLaunchers({ root, scope: `${graphId}/${identity.epicId}`, now: clock.now() });
    if (!attempts.ok) return attempts;
    const words = await wordsSince(answering, identity.epicId, sources.value.graphRevision);
    const plan = await plannedRecovery(prepared, {
      sources: sources.value,
      place,
      directory: directory.value,
      attempts: attempts.value,
      words,
      lastHeardAt,
      clock,
    });
    if (!plan.ok) return plan;
    return ok({
      plan: plan.value,
      sources: sources.value,
      rows: plan.value === null ? [] : tableRows(prepared, plan.value, sources.value),
      warnings: [...local.value.warnings, ...withoutGraph(sources.value)],
      atWork,
    });
  } finally {
    if (graph.kind === 'connected') await graph.close();
  }
}

async function sourcesOf(
  graph: GraphAsItIs,
  of: { readonly local: LocalState; readonly place: string; readonly epicId: EpicId },
): Promise<Result<RecoverySources>> {
  if (graph.kind === 'connected') return gatherSources({ ...of, graph: graph.connection });
  const sources = await gatherSources({ ...of, graph: { why: graph.kind === 'none' ? '' : graph.failure.message } });
  // The graph that a run would make has nothing.
  return sources.ok && graph.kind === 'none' ? ok({ ...sources.value, graph: { kind: 'none' } }) : sources;
}

function withoutGraph({ graph }: RecoverySources): string[] {
  if (graph.kind !== 'unavailable') return [];
  return [`${graph.why.replace(/([^.])$/, '$1.')} A run would go on with the state of this working copy.`];
}

async function leaseNow(graph: GraphConnection | null, epicId: EpicId): Promise<LeaseView | undefined> {
  const asked = await graph?.client.readLease({ epicId }, { retries: 0 });
  return asked?.ok === true ? (asked.value.lease ?? undefined) : undefined;
}

interface PlanParts {
  readonly sources: RecoverySources;
  readonly place: string;
  readonly directory: string;
  readonly attempts: readonly LauncherAttempt[];
  readonly words: ReturnType<typeof wordsOf>;
  /** By the monotonic clock. */
  readonly lastHeardAt: Millis;
  readonly clock: Clock;
}

async function plannedRecovery(prepared: Prepared, parts: PlanParts): Promise<Result<RecoveryPlan | null>> {
  const { found, options, config, specs } = prepared;
  const { sources, place, directory, attempts, words, lastHeardAt, clock } = parts;
  const marks = await loadMarksFile({ directory, readOnly: true });
  if (!marks.ok) return marks;
  const nobody = (): void => undefined;
  const sprint = new SprintSource({
    file: found.file,
    name: relative(found.root, found.file),
    text: found.text,
    sprint: found.sprint,
    marksFile: marks.value.marksFile,
    clock,
    isWriteBack: false,
    mayWrite: () => false,
    onChanged: nobody,
    onTrouble: nobody,
  });
  const known =
    sources.graph.kind === 'found' ? sources.graph.state : sources.local.kind === 'found' ? sources.local.state : null;
  const agents = new LocalAgents({
    root: found.root,
    runId: () => known?.runId ?? '',
    ...sprintIdentity(found.file, found.sprint, options.epic),
    epoch: () => 0,
    commandFor: createTaskCommands({
      specs,
      verify: options.verify ?? config.defaults.verify ?? null,
      taskTimeoutMs: options.taskTimeoutMs,
      task: (id) => sprint.task(id),
      bodyOf: (task) => sprint.bodyOf(task),
      summaryOf: () => undefined,
    }),
    onInput: nobody,
    connection: null,
  });
  const plan = planRecovery({
    sources,
    sprint: sprint.observe(),
    lastSeen: sprint.lastSeen(),
    words,
    sight: ({ state }) =>
      sightAttempts({
        state,
        agents,
        attempts,
        heardMsAgo: clock.monotonic() - lastHeardAt,
        isGone: options.isTakeover,
      }),
    successor: {
      holder: newHolder(clock.now(), place),
      orchestratorName: 'orchestrator',
      epoch: (known?.epoch ?? 0) + 1,
    },
    now: clock.now(),
    chance: Math.random,
    limits: options,
    includeInProgress: options.includeInProgress,
    keepRunning: options.keepRunning,
    isForDisplay: true,
  });
  return ok(plan);
}

async function wordsSince(
  graph: GraphConnection | null,
  epicId: EpicId,
  since: number,
): Promise<ReturnType<typeof wordsOf>> {
  if (graph === null) return new Map();
  const news = await graph.client.taskNews({ epicId, since }, { retries: 0 });
  return news.ok ? wordsOf(news.value) : new Map();
}

function tableRows({ found }: Prepared, plan: RecoveryPlan, sources: RecoverySources): RecoveryTableRow[] {
  const tasks = new Map(found.sprint.tasks.map((task) => [task.id, task]));
  return plan.changes.map((change) => {
    const task = tasks.get(change.taskId);
    return {
      taskId: change.taskId,
      title: task?.title ?? '',
      sprintFile: task === undefined ? 'gone' : task.status,
      local: plan.said.local.get(change.taskId) ?? (sources.local.kind === 'found' ? 'pending' : '-'),
      graph: plan.said.graph.get(change.taskId) ?? (sources.graph.kind === 'found' ? 'pending' : '-'),
      agent: plan.said.agents.get(change.taskId) ?? '-',
      row: change.row,
      decision: change.sentence,
    };
  });
}
