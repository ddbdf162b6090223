import type { BlockedReason, TaskId } from '@ginkoai/contract';
import type { ActualTask, AttemptSighting } from './actual-task.js';
import type { RunState, TaskFacts } from './run-state.js';

/** What the sprint file shows of a task: a status, with the reason after a colon where it is blocked. */
export type Mark = string;

/** A tick that was seen and did not count: the task was reopened in the graph, or is still being worked on. */
const overruledTick = 'complete:overruled';

/** What is remembered of a mark: of a tick, whether the task was complete with us too when it was last seen. */
export function seenMark(mark: Mark, { isComplete }: { readonly isComplete: boolean }): Mark {
  return mark === 'complete' && !isComplete ? overruledTick : mark;
}

export interface SprintMark {
  readonly id: TaskId;
  readonly mark: Mark;
}

/** What a person or another tool said of a task in the graph, since we last asked. */
export interface GraphWord {
  readonly status: string;
  readonly reason?: string;
  /** Void where the task is complete by the time it is heard. */
  readonly unlessComplete?: boolean;
}

export interface World {
  /** Every task of the sprint, in its order. */
  readonly sprint: readonly SprintMark[];
  /** The mark last seen in this working copy; a task without one is seen for the first time. */
  readonly lastSeen: ReadonlyMap<TaskId, Mark>;
  readonly graph: ReadonlyMap<TaskId, GraphWord>;
  readonly attempts: ReadonlyMap<TaskId, AttemptSighting>;
}

type Verdict = Pick<
  ActualTask,
  'status' | 'by' | 'blockedReason' | 'reason' | 'isMarkOwed' | 'isTickedMeanwhile' | 'settledBy'
>;

/**
 * Judges each task three-way: the mark last seen here, the mark now, our state. A mark that changed since it was last
 * seen is a person's word and wins; else the graph's news; else our state stands. A first sight reopens nothing. One
 * after another, as they are asked for: the sprint is applied to the state by then, and the state must not change
 * meanwhile.
 */
export function* judgeWorld(
  state: RunState,
  { sprint, lastSeen, graph, attempts }: World,
): Generator<ActualTask, void> {
  for (const { id, mark } of sprint) {
    const facts = state.tasks.get(id);
    const verdict = judge(facts, { seen: lastSeen.get(id), mark, graph: graph.get(id) });
    const actual: Mutable<ActualTask> = { id, ...verdict };
    // The fingerprint of a text is first made when it is asked for, and nobody compares that of a task never given out.
    if (facts?.givenDefinition != null && facts.definition !== null) actual.definition = facts.definition.hash;
    const attempt = attempts.get(id);
    if (attempt !== undefined) actual.assignment = attempt;
    yield actual;
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function judge(
  facts: TaskFacts | undefined,
  words: { seen: Mark | undefined; mark: Mark; graph: GraphWord | undefined },
): Verdict {
  const { seen, mark, graph } = words;
  if (graph?.unlessComplete === true && isDone(facts, mark)) return judge(facts, { seen, mark, graph: undefined });
  const settled = graph === undefined || statusOf(mark) === graph.status ? {} : ({ settledBy: 'C32a' } as const);
  if (seen !== undefined && seen !== mark && !(seen === overruledTick && mark === 'complete'))
    return { ...judgeChangedMark(facts, seen, mark), ...settled };
  if (graph !== undefined) return { ...judgeGraphWord(graph, mark), ...settled };
  if (seen === undefined) return judgeFirstSight(facts, mark);
  // It was complete with us as well: our state is an older one than that which was lost.
  return seen === 'complete' && facts?.status !== 'complete' ? fromMark(mark) : ours(facts, mark);
}

/** With us, or, where we have done nothing about it yet, by the file. */
function isDone(facts: TaskFacts | undefined, mark: Mark): boolean {
  const status = facts?.status ?? 'pending';
  return status === 'complete' || (status === 'pending' && mark === 'complete');
}

/** Our state stands; where it is complete and the file does not show it, the file owes a mark. */
function ours(facts: TaskFacts | undefined, mark: Mark): Verdict {
  const status = facts?.status ?? 'pending';
  return status === 'complete' && mark !== 'complete' ? { status, isMarkOwed: true } : { status };
}

function judgeFirstSight(facts: TaskFacts | undefined, mark: Mark): Verdict {
  const status = facts?.status ?? 'pending';
  if (status === 'in_progress' && mark === 'complete') return { status, isTickedMeanwhile: true };
  const isNews = mark === 'complete' ? status !== 'complete' : status === 'pending' && mark !== 'pending';
  return isNews ? fromMark(mark) : ours(facts, mark);
}

function judgeChangedMark(facts: TaskFacts | undefined, seen: Mark, mark: Mark): Verdict {
  const status = facts?.status ?? 'pending';
  if (status === 'complete' && statusOf(seen) !== 'complete') return ours(facts, mark);
  if (status === 'in_progress') {
    if (mark === 'complete') return { status, isTickedMeanwhile: true };
    // Our agents may set and take back the in-progress mark of their own task.
    if (mark === 'pending' || mark === 'in_progress') return { status };
  }
  return fromMark(mark);
}

function fromMark(mark: Mark): Verdict {
  const status = statusOf(mark);
  const blockedReason: BlockedReason = mark === 'blocked:paused' ? 'paused' : 'person';
  return { status, by: 'sprint_file', ...(status === 'blocked' ? { blockedReason } : {}) };
}

const statusOf = (mark: Mark): string => mark.replace(/:.*/s, '');

function judgeGraphWord(graph: GraphWord, mark: Mark): Verdict {
  return {
    status: graph.status,
    by: 'graph',
    ...(graph.reason === undefined ? {} : { reason: graph.reason }),
    ...(graph.status === 'blocked' ? { blockedReason: 'person' as const } : {}),
    ...(graph.status === 'complete' && mark !== 'complete' ? { isMarkOwed: true } : {}),
  };
}
