import type { Millis } from '@ginkoai/contract';
import type { TaskFacts } from '../decide/run-state.js';
import type { Stop } from '../decide/stop-reason.js';
import type { Agents, Clock, InterruptLevel } from '../ports.js';
import type { LoopNotices } from './loop-notices.js';

export interface InterruptionParts {
  /** The open attempts of the run, as they come and go. */
  readonly open: ReadonlySet<TaskFacts>;
  readonly agents: Pick<Agents, 'stop'>;
  readonly clock: Clock;
  readonly notices: Pick<LoopNotices, 'warn'>;
  /** SIGTERM and SIGHUP end the agents too. */
  readonly stopsAgents: boolean;
}

/** Agents that have not ended by then are left to the launcher, which goes on to stop them. */
const stopAgentsTimeoutMs: Millis = 8_000;

/** How far a person or the system has interrupted the run, and whether it can end by now. */
export class Interruption {
  readonly #parts: InterruptionParts;
  #level: InterruptLevel | null = null;
  #stopAgentsBy: Millis | null = null;

  constructor(parts: InterruptionParts) {
    this.#parts = parts;
  }

  /** From then on nothing is given out any more. */
  get wasAskedFor(): boolean {
    return this.#level !== null;
  }

  /** When the run ends though agents are still being stopped; null: none are. */
  get stopAgentsBy(): Millis | null {
    return this.#stopAgentsBy;
  }

  take(level: InterruptLevel): void {
    this.#level = level;
    const { open, agents, clock, notices, stopsAgents } = this.#parts;
    // Where nothing runs the run ends at once.
    if (open.size === 0) return;
    const [tasks, them, they] = open.size === 1 ? ['task', 'it', 'it'] : ['tasks', 'them', 'they'];
    if (level === 'drain') {
      notices.warn(
        'interrupted',
        `Interrupted: no new tasks; waiting for ${open.size} running ${tasks}. Interrupt again to stop ${them}.`,
      );
    }
    if (level === 'drain' || (level === 'leave' && !stopsAgents)) return;
    notices.warn('interrupted', `Stopping ${open.size} running ${tasks}; ${they} will be given again.`);
    this.#stopAgentsBy = clock.now() + stopAgentsTimeoutMs;
    for (const { id: taskId, generation, attempt } of open) agents.stop({ taskId, generation, attempt });
  }

  /** Why the run can end now; null: it was not interrupted, or its agents are still waited for. */
  stop(): Stop | null {
    if (this.#level === null) return null;
    const { open, clock, stopsAgents } = this.#parts;
    const isOver = this.#stopAgentsBy !== null && clock.now() >= this.#stopAgentsBy;
    const isLeaving = this.#level === 'leave' && !stopsAgents;
    if (open.size > 0 && !isOver && !isLeaving) return null;
    const left = leftAtWork(open.size);
    return this.#level === 'leave'
      ? { reason: 'terminated', message: `Terminated.${left}` }
      : { reason: 'interrupted', message: `Interrupted.${left}` };
  }
}

function leftAtWork(count: number): string {
  if (count === 0) return '';
  return count === 1
    ? ' 1 task stays at work; --resume adopts it.'
    : ` ${count} tasks stay at work; --resume adopts them.`;
}
