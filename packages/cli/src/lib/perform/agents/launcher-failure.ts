import type { Failure, FailureCode, FromLauncherOf, LauncherDescriptor, LauncherOpenAttempt } from '@ginkoai/contract';
import { parseAttemptKey } from './attempt-key.js';

/** A refusal of the launcher as a failure; with `stale_epoch` the details are a `LauncherFence`. */
export function failureOf({ code, message, fence }: FromLauncherOf<'refused'>): Failure {
  return { code: failureCodes[code], message, ...(fence && { details: { ...fence } }) };
}

const failureCodes: Readonly<Record<FromLauncherOf<'refused'>['code'], FailureCode>> = {
  stale_epoch: 'stale_epoch',
  stale_connection: 'stale_epoch',
  wrong_token: 'forbidden',
  wrong_protocol: 'agent_not_started',
  bad_request: 'agent_not_started',
  cannot_record: 'disk_full',
};

/** The launcher was ended because it did not answer. */
export function silenceOf({ launcherId, pid }: LauncherDescriptor): Failure {
  const message =
    `Launcher ${launcherId} (process ${pid}) does not answer and is ended; its tasks go on. ` +
    'Another one watches them, but cannot see how they end: they are given again after that.';
  return { code: 'agent_not_started', message };
}

/** The launcher does not know these, although one before it had taken them on. */
export function lostTrackOf(missing: readonly LauncherOpenAttempt[]): Failure {
  const tasks = missing.map(({ key }) => parseAttemptKey(key)?.id.taskId ?? key).join(', ');
  const message =
    `The journal of the launchers is lost or damaged: the present one does not know of the work on ${tasks}. ` +
    'What still runs of it is waited for, then it is given again.';
  return { code: 'bad_state', message };
}
