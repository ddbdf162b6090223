import { randomBytes } from 'node:crypto';
import type { EpochMillis, Holder, Result } from '@ginkoai/contract';
import { ownIdentity } from './agents/process-identity.js';
import { acquireLock, type Lock } from './lock.js';
import { hostName } from './project.js';

/** A command that changes a run's state without orchestrating it: for the lock and for the lease. */
export function commandHolder(command: string): Holder {
  return {
    orchestratorId: `${command}-${randomBytes(4).toString('hex')}`,
    host: hostName(),
    place: '',
    ...ownIdentity(),
  };
}

/** Keeps orchestrators off the epic's state while a command changes it. Failure: `local_lock_held` and those of files. */
export function lockForCommand(where: {
  readonly directory: string;
  readonly holder: Holder;
  readonly now: EpochMillis;
}): Promise<Result<Lock>> {
  const { orchestratorId, host, pid, processStartedAt, bootId } = where.holder;
  const startedAt = new Date(where.now).toISOString();
  return acquireLock({
    directory: where.directory,
    holder: { orchestratorId, epoch: 0, pid, processStartedAt, bootId, host, startedAt },
  });
}
