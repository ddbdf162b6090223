import type { FailureCode, StopReason } from '@ginkoai/contract';

/** Why a run that could not begin has ended: it says whether starting it again helps, or a person is needed. */
export function refusalReason(code: FailureCode): StopReason {
  switch (code) {
    case 'disk_full':
      return 'disk_full';
    case 'stale_epoch':
      return 'taken_over';
    case 'lease_held':
    case 'local_lock_held':
      return 'lease_held';
    case 'newer_version':
      return 'newer_checkpoint';
    case 'dependency_cycle':
      return 'dependency_cycle';
    case 'agent_failed':
    case 'agent_not_started':
    case 'bad_configuration':
    case 'bad_option':
    case 'bad_request':
    case 'bad_response':
    case 'bad_state':
    case 'duplicate_task':
    case 'file_unreadable':
    case 'file_unwritable':
    case 'forbidden':
    case 'graph_error':
    case 'graph_timeout':
    case 'graph_unreachable':
    case 'needs_state':
    case 'no_sprint':
    case 'not_found':
    case 'not_trusted':
    case 'snapshot_too_large':
    case 'sprint_ambiguous':
    case 'stale_attempt':
    case 'task_time_limit':
    case 'unauthorized':
    case 'verify_failed':
      return 'bad_configuration';
  }
}
