import type { CommandContext } from '../program.js';

/** Tells a child who starts it again; anything that the child starts itself has another parent. */
export const respawnerVariable = 'GINKO_RESPAWNER';

/** Whether this process is started again after exit 75. */
export function isRespawned(env: CommandContext['env']): boolean {
  return env[respawnerVariable] === String(process.ppid);
}
