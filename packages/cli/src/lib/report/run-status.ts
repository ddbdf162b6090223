import type {
  AgentId,
  BlockedReason,
  EpicId,
  OrchestratorCheckpoint,
  OrchestratorId,
  TaskId,
  TaskStatus,
} from '@ginkoai/contract';

/** What `ginko status` knows when it shows a run. */
export interface StatusInput {
  readonly checkpoint: OrchestratorCheckpoint;
  /** Where the checkpoint is from. */
  readonly source: 'graph' | 'local';
  readonly sprintTitle: string;
  /** The tasks of the sprint file, in its order; empty: the file was not found. */
  readonly tasks: readonly { readonly id: TaskId; readonly title: string }[];
  /** Absent: nobody could be asked. */
  readonly lease?: LeaseStatus;
  /** ISO time of the last event of the run, where events later than the checkpoint are known. */
  readonly lastEventAt?: string;
  /** The last lines of the output of running tasks, where it is in this working copy; raw. */
  readonly lastLines?: ReadonlyMap<TaskId, string>;
}

export type LeaseStatus =
  | {
      readonly kind: 'held';
      readonly orchestratorId: OrchestratorId;
      readonly host: string;
      readonly expiresAt: string;
    }
  | { readonly kind: 'free' };

/** A run as its checkpoint tells it, sorted out for people and programs. Times are ISO. */
export interface RunStatus {
  readonly sprintTitle: string;
  readonly epicId: EpicId;
  readonly total: number;
  readonly counts: Readonly<Record<Exclude<TaskStatus, 'cancelled'>, number>>;
  readonly running: readonly StatusRunning[];
  readonly blocked: readonly StatusBlocked[];
  /** Tasks in back-off: not given before that time. */
  readonly retrying: readonly { readonly taskId: TaskId; readonly title: string; readonly notBefore: string }[];
  readonly lastEventAt: string;
  readonly lease: LeaseStatus | null;
}

export interface StatusRunning {
  readonly taskId: TaskId;
  readonly title: string;
  readonly agentId: AgentId;
  readonly attempt: number;
  /** Absent: the checkpoint does not say. */
  readonly since?: string;
  /** Of its output; raw, not yet safe to print. */
  readonly lastLine?: string;
}

export interface StatusBlocked {
  readonly taskId: TaskId;
  readonly title: string;
  readonly reason: BlockedReason;
  readonly detail?: string;
}

/** Linear in tasks. A task of the sprint that the checkpoint does not name is pending. */
export function runStatus({ checkpoint, sprintTitle, tasks, lease, lastEventAt, lastLines }: StatusInput): RunStatus {
  const titles = new Map(tasks.map(({ id, title }) => [id, title]));
  const facts = new Map(Object.entries(checkpoint.taskState));
  const inSprint = (id: TaskId): boolean => (tasks.length === 0 ? facts.get(id)?.removed !== true : titles.has(id));
  const titleOf = (taskId: TaskId): string => titles.get(taskId) ?? '';
  const open = new Map(
    checkpoint.assignmentHistory.filter(({ status }) => status === 'assigned').map((record) => [record.taskId, record]),
  );
  const running = Object.entries(checkpoint.inProgressTasks).map(([taskId, agentId]): StatusRunning => {
    const record = open.get(taskId);
    const title = titleOf(taskId);
    const lastLine = lastLines?.get(taskId);
    return {
      ...{ taskId, title, agentId, attempt: record?.attempt ?? 1 },
      ...(record && { since: record.assignedAt }),
      ...(lastLine === undefined ? {} : { lastLine }),
    };
  });
  const blocked = checkpoint.blockedTasks.filter(inSprint).map((taskId): StatusBlocked => {
    const { blockedReason = 'person', blockedDetail: detail } = facts.get(taskId) ?? {};
    return { taskId, title: titleOf(taskId), reason: blockedReason, ...(detail !== undefined && { detail }) };
  });
  const complete = checkpoint.completedTasks.filter(inSprint).length;
  const named = complete + running.length + blocked.length;
  const total = tasks.length === 0 ? named : tasks.length;
  const settled = new Set([...checkpoint.completedTasks, ...open.keys(), ...checkpoint.blockedTasks]);
  return {
    sprintTitle,
    epicId: checkpoint.epicId,
    total,
    counts: {
      complete,
      in_progress: running.length,
      blocked: blocked.length,
      pending: Math.max(0, total - named),
    },
    running,
    blocked,
    retrying: [...facts].flatMap(([taskId, { notBefore }]) =>
      notBefore === undefined || settled.has(taskId) || !inSprint(taskId)
        ? []
        : [{ taskId, title: titleOf(taskId), notBefore }],
    ),
    lastEventAt: lastEventAt ?? checkpoint.lastProgressAt,
    lease: lease ?? null,
  };
}
