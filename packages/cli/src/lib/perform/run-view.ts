import { unreachable, type EpochMillis } from '@ginkoai/contract';
import type { RunState, TaskFacts } from '../decide/run-state.js';
import type { BlockedTask, RunningTask, RunView } from '../report/reporter.js';

/** Blocked tasks that a view carries; more are only counted. */
const shownBlocked = 200;

export interface RunViewParts {
  readonly state: RunState;
  readonly sprintTitle: string;
  readonly activityOf: (facts: TaskFacts) => { readonly activity: RunningTask['activity']; readonly lastLine?: string };
  readonly graphTrouble: string | null;
}

/** How far an attempt of this working copy has come. */
export type AttemptPhase = 'starting' | 'running' | 'verifying';

/** The run as it stands, for reporters. */
export function runView({ state, sprintTitle, activityOf, graphTrouble }: RunViewParts): RunView {
  const running: RunningTask[] = [...state.open].map((facts) => ({
    taskId: facts.id,
    title: titleOf(facts),
    agentId: facts.assignment?.agentId ?? '',
    attempt: facts.attempt,
    startedAt: Date.parse(facts.assignment?.assignedAt ?? state.lastEventAt),
    ...activityOf(facts),
  }));
  return {
    sprintTitle,
    epicId: state.epicId,
    counts: { ...state.counts },
    total: Object.values(state.counts).reduce((sum, count) => sum + count, 0),
    ready: state.queues.readyCount,
    deferred: state.queues.deferredCount,
    nextRetryAt: state.queues.nextNotBefore(),
    agents: state.agents.size,
    running,
    blocked: state.counts.blocked + state.counts.cancelled === 0 ? [] : blockedTasks(state),
    graphTrouble,
  };
}

function blockedTasks(state: RunState): BlockedTask[] {
  const blocked: BlockedTask[] = [];
  for (const facts of state.tasks.values()) {
    if (facts.definition === null || facts.blocked === null) continue;
    const { reason, detail } = facts.blocked;
    blocked.push({ taskId: facts.id, title: titleOf(facts), reason, ...(detail === undefined ? {} : { detail }) });
    if (blocked.length >= shownBlocked) break;
  }
  return blocked;
}

export function titleOf(facts: TaskFacts | undefined): string {
  return facts?.definition?.title ?? '';
}

export interface ActivityFacts {
  readonly phase: AttemptPhase;
  readonly now: EpochMillis;
  /** When its output last grew, or it started. */
  readonly lastOutputAt: EpochMillis;
}

const quietAfterMs = 60_000;
const hungAfterMs = 600_000;

/** Alive and making progress are two things. Quiet is only a word: the time limit is what ends an attempt. */
export function activityOf({ phase, now, lastOutputAt }: ActivityFacts): RunningTask['activity'] {
  switch (phase) {
    case 'starting':
    case 'verifying':
      return phase;
    case 'running':
      if (now - lastOutputAt >= hungAfterMs) return 'hung';
      return now - lastOutputAt >= quietAfterMs ? 'quiet' : 'running';
    default:
      return unreachable(phase);
  }
}
