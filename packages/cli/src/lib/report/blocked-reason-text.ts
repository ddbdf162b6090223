import { unreachable, type BlockedReason } from '@ginkoai/contract';

/** Why a task is blocked, to be read after "blocked:". */
export function blockedReasonText(reason: BlockedReason): string {
  switch (reason) {
    case 'agent':
      return 'its agent could not go on';
    case 'attempts_exhausted':
      return 'every attempt failed';
    case 'cancelled':
      return 'cancelled by a person';
    case 'dependency_cancelled':
      return 'a task it depends on was cancelled';
    case 'dependency_cycle':
      return 'its dependencies form a circle';
    case 'foreign_assignment':
      return 'another run has given it to an agent';
    case 'in_progress_elsewhere':
      return 'marked in progress by somebody else';
    case 'losses_exhausted':
      return 'its agents vanished too often';
    case 'missing_dependency':
      return 'it depends on a task that does not exist';
    case 'no_command':
      return 'there is no command to run for it';
    case 'paused':
      return 'paused in the sprint file';
    case 'person':
      return 'blocked by a person';
    case 'unknown_status':
      return 'its status is not known to this version';
    default:
      return unreachable(reason);
  }
}
