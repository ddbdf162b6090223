import { unreachable, type StopReason } from '@ginkoai/contract';

/** What follows for people from the way a run ended. */
export interface NextStep {
  /** What a person must do before the run can go on; absent: nothing. */
  readonly mustDo?: string;
  /** The command that continues the run; absent: there is nothing to continue. */
  readonly command?: string;
}

/** `resume`: the command that goes on with this run. */
export function nextStep(reason: StopReason, resume = 'ginko orchestrate --resume'): NextStep {
  switch (reason) {
    case 'complete':
    case 'nothing_to_do':
      return {};
    // The tasks that are left say themselves what they need.
    case 'attempts_exhausted':
    case 'blocked':
    case 'dependency_cycle':
    case 'context_pressure':
    case 'max_runtime':
    case 'interrupted':
    case 'terminated':
      return { command: resume };
    case 'taken_over':
      return {
        mustDo: 'Nothing, if the other orchestrator is to go on; the command below takes the run back from it.',
        command: `${resume} --takeover`,
      };
    case 'disk_full':
      return { mustDo: 'Free space on the disk that holds .ginko.', command: resume };
    case 'no_progress':
      return {
        mustDo: 'Start an agent that can do the ready tasks (--exec, --agent, --capabilities).',
        command: resume,
      };
    case 'bad_configuration':
      return { mustDo: 'Correct the option or setting that the message names.', command: resume };
    case 'newer_checkpoint':
      return {
        mustDo: 'Upgrade ginko: the checkpoint was written by a newer version and was left untouched.',
        command: resume,
      };
    case 'lease_held':
      return {
        mustDo: 'Wait until the other orchestrator ends; if its machine is gone for good, add --takeover.',
        command: resume,
      };
    case 'crashed':
      return {
        mustDo: 'This is a bug in ginko: please report it with the message above. The state is saved.',
        command: resume,
      };
    default:
      return unreachable(reason);
  }
}
