import { randomBytes } from 'node:crypto';
import type { EpicId, EpochMillis, Holder, SprintId } from '@ginkoai/contract';
import type { Sprint } from '../sprint/sprint.js';
import { stateKeyOf } from '../sprint/state-key.js';
import { ownIdentity } from './agents/process-identity.js';
import { hostName } from './project.js';

/** This process as the holder of a run. One process start, one id: a resumed run never reuses the old one. */
export function newHolder(now: EpochMillis, place: string): Holder {
  const orchestratorId = `orchestrator-${now}-${randomBytes(2).toString('hex')}`;
  return { orchestratorId, host: hostName(), place, ...ownIdentity() };
}

/** The key under which the state is kept: the epic, else the sprint's id, else the file's base name; never a path. */
export function sprintIdentity(
  file: string,
  sprint: Sprint,
  epic: string | null,
): { readonly sprintId: SprintId; readonly epicId: EpicId } {
  const sprintId = sprint.sprintId ?? stateKeyOf({ epicId: null, sprintId: null }, file);
  return { sprintId, epicId: epic ?? stateKeyOf(sprint, file) };
}
