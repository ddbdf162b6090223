import type {
  AgentId,
  BlockedReason,
  DefinitionHash,
  Epoch,
  EpochMillis,
  Holder,
  RunId,
  Sequence,
  TaskId,
  TaskStatus,
} from '@ginkoai/contract';
import { AgentPool } from './agent-pool.js';
import type { ReadyLine } from './capability-group.js';
import type { HeapEntry } from './indexed-heap.js';
import type { LineEntry } from './line.js';
import { RecentAssignments } from './recent-assignments.js';
import { TaskQueues } from './task-queues.js';

/** What the sprint says a task is; the part of it that decisions need. */
export interface TaskDefinition {
  readonly id: TaskId;
  readonly title: string;
  readonly dependsOn: readonly TaskId[];
  /** See `priorityRank`. */
  readonly rank: number;
  /** All of these are needed. */
  readonly capabilities: readonly string[];
  /** Place in the sprint: the earlier of two equals goes first. */
  readonly order: number;
  readonly hash: DefinitionHash;
}

export interface OpenAssignment {
  readonly agentId: AgentId;
  readonly assignedAt: string;
  /** The working copy whose launchers run it; absent for version-1 records and remote agents. */
  readonly place?: string;
  readonly process?: { readonly pid: number; readonly processStartedAt: string };
}

/** What is known of one task. Only `applyEvent` and `applySprint` write to it. */
export interface TaskFacts extends HeapEntry, LineEntry<WaitingTask> {
  readonly id: TaskId;
  /** null: not in the sprint (gone, or only known from a checkpoint). */
  definition: TaskDefinition | null;
  status: TaskStatus;
  generation: number;
  /** The last attempt of this generation; 0: none yet. */
  attempt: number;
  failures: number;
  losses: number;
  /** Back-off: not given before this time; null: at once. */
  notBefore: EpochMillis | null;
  blocked: { readonly reason: BlockedReason; readonly detail?: string } | null;
  assignment: OpenAssignment | null;
  /** The work is done, but dependencies that were added meanwhile are not. */
  held: boolean;
  completedBy: 'agent' | 'sprint_file' | 'graph' | null;
  /** The text it was last given out with. */
  givenDefinition: DefinitionHash | null;
  /** It was in the run, and is gone from the sprint. */
  removed: boolean;
  /** Dependencies that are not complete, those that do not exist included. */
  unmet: number;
  /** Tasks of the sprint that wait for this one. */
  dependants: readonly TaskFacts[];
  /** When it became ready, as a sequence number: the longer waiting of two equals goes first. */
  readySince: Sequence;
  /** Where it stands while it is ready and not in back-off. */
  line: ReadyLine | null;
}

/** A task of the sprint that could be given out, now or once its back-off is over. */
export type WaitingTask = TaskFacts & { readonly definition: TaskDefinition };

/** The state of a run in memory. */
export interface RunState {
  runId: string;
  graphId: string;
  epicId: string;
  sprintId: string;
  orchestratorId: string;
  orchestratorName: string;
  epoch: Epoch;
  sequence: Sequence;
  startedAt: string;
  lastEventAt: string;
  /** The last event that moved a task on. */
  lastProgressAt: string;
  recoveredFrom: string | null;
  /** Earlier runs of the epic that this one's fresh start left behind, the latest first. */
  replacedRuns: readonly RunId[];
  /** Resumes in a row that saw no progress; see `stopReason`. */
  idleResumes: number;
  /** This working copy. */
  place: string;
  /** Who runs or ran the local agents of the open assignments, by place. */
  readonly holders: Map<string, Holder>;
  readonly tasks: Map<TaskId, TaskFacts>;
  readonly open: Set<TaskFacts>;
  readonly held: Set<TaskFacts>;
  /** Tasks of the sprint that wait for a later one, or for one that the sprint does not have; in most there are none. */
  readonly unordered: Set<TaskFacts>;
  /** Of the tasks in the sprint. */
  readonly counts: Record<TaskStatus, number>;
  readonly queues: TaskQueues;
  readonly agents: AgentPool;
  readonly closed: RecentAssignments;
  usage: { tokens: number; costUsd: number };
}

export function emptyRunState(place: string): RunState {
  return {
    runId: '',
    graphId: '',
    epicId: '',
    sprintId: '',
    orchestratorId: '',
    orchestratorName: '',
    epoch: 0,
    sequence: 0,
    startedAt: '',
    lastEventAt: '',
    lastProgressAt: '',
    recoveredFrom: null,
    replacedRuns: [],
    idleResumes: 0,
    place,
    holders: new Map(),
    tasks: new Map(),
    open: new Set(),
    held: new Set(),
    unordered: new Set(),
    counts: { pending: 0, in_progress: 0, complete: 0, blocked: 0, cancelled: 0 },
    queues: new TaskQueues(),
    agents: new AgentPool(),
    closed: new RecentAssignments(),
    usage: { tokens: 0, costUsd: 0 },
  };
}

/** Shared, so that a task without dependants needs no array of its own. */
export const noTasks: readonly TaskFacts[] = [];

/** The facts of a task; a task never heard of is pending, in its first generation, without attempts. */
export function factsOf(state: RunState, id: TaskId): TaskFacts {
  const known = state.tasks.get(id);
  if (known !== undefined) return known;
  const facts: TaskFacts = {
    id,
    definition: null,
    status: 'pending',
    generation: 1,
    attempt: 0,
    failures: 0,
    losses: 0,
    notBefore: null,
    blocked: null,
    assignment: null,
    held: false,
    completedBy: null,
    givenDefinition: null,
    removed: false,
    unmet: 0,
    dependants: noTasks,
    readySince: 0,
    line: null,
    ahead: null,
    behind: null,
    position: -1,
  };
  state.tasks.set(id, facts);
  return facts;
}

/** Whether a task could be given out once its back-off is over. */
export function isWaitingForAgent(facts: TaskFacts): facts is WaitingTask {
  return facts.definition !== null && facts.status === 'pending' && facts.unmet === 0;
}

export function isCurrentAttempt(facts: TaskFacts, of: { generation: number; attempt: number }): boolean {
  return facts.assignment !== null && facts.generation === of.generation && facts.attempt === of.attempt;
}
