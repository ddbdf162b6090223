import { unreachable, type BlockedReason, type TaskId } from '@ginkoai/contract';

/** Who can unblock a task and how: one sentence, to be shown under the reason. */
export function unblockHint(reason: BlockedReason, taskId: TaskId): string {
  switch (reason) {
    case 'agent':
      return `You can unblock it: settle what the agent asked for, then run ginko task reopen ${taskId}`;
    case 'attempts_exhausted':
      return `You can unblock it: read its output, remove the cause, then run ginko task reopen ${taskId}`;
    case 'cancelled':
      return `You can take it up again: set its mark in the sprint file to [ ], or run ginko task reopen ${taskId}`;
    case 'dependency_cancelled':
      return `You can unblock it: take the cancelled task out of the Depends line of ${taskId}, or take that task up again`;
    case 'dependency_cycle':
      return `You can unblock it: break the circle by correcting a Depends line in the sprint file`;
    case 'foreign_assignment':
      return `The other run can unblock it, by finishing or releasing it; you can, with ginko task release ${taskId}, once nobody works on it`;
    case 'in_progress_elsewhere':
      return `Whoever works on it can unblock it by setting its mark to [x] when it is done, or back to [ ]; --include-in-progress takes it all the same`;
    case 'losses_exhausted':
      return `You can unblock it: see why its agents stopped, then run ginko task reopen ${taskId}`;
    case 'missing_dependency':
      return `You can unblock it: correct the Depends line of ${taskId} in the sprint file, or add the missing task`;
    case 'no_command':
      return `You can unblock it: correct ${taskId} in the sprint file, which is taken up at once; or choose another agent or approve its commands with ginko trust, then run ginko task reopen ${taskId}`;
    case 'paused':
      return `You can unblock it: set its mark in the sprint file from [Z] to [ ]`;
    case 'person':
      return `Whoever blocked it can unblock it: set its mark in the sprint file to [ ], or run ginko task reopen ${taskId}`;
    case 'unknown_status':
      return `You can unblock it: correct its status in the sprint file or the graph, or upgrade ginko if a newer version wrote it`;
    default:
      return unreachable(reason);
  }
}
