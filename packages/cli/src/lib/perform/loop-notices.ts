import type { ContextMetrics, TaskId } from '@ginkoai/contract';
import type { CycleDecisions } from '../decide/decision.js';
import { contextPressureWarnAt, type RunLimits } from '../decide/limits.js';
import type { Clock } from '../ports.js';
import type { Notice, Reporter } from '../report/reporter.js';

export interface LoopNoticesParts {
  readonly reporter: Reporter;
  readonly clock: Clock;
  /** How far this command's output fills the context of the harness that reads it; undefined: no harness does. */
  readonly metrics: () => ContextMetrics | undefined;
}

type NoticeWithoutTime = Notice extends infer N ? (N extends Notice ? Omit<N, 'at'> : never) : never;

/** What the loop has to say beside its events, each at the time it is said; what goes on is said once. */
export class LoopNotices {
  readonly #parts: LoopNoticesParts;
  #toldWaiting: string | null = null;
  #hasWarnedOfPressure = false;

  constructor(parts: LoopNoticesParts) {
    this.#parts = parts;
  }

  tell(notice: NoticeWithoutTime): void {
    this.#parts.reporter.event({ ...notice, at: new Date(this.#parts.clock.now()).toISOString() });
  }

  warn(code: string, message: string, options: { readonly isVerbose?: boolean } = {}): void {
    this.tell({ kind: 'warning', code, message, ...options });
  }

  /** A silent wait looks like a hang. */
  tellOfWaiting(waiting: CycleDecisions['waiting']): void {
    const message = waiting?.message ?? null;
    if (message !== null && waiting !== undefined && message !== this.#toldWaiting) {
      const seconds = Math.ceil((waiting.until - this.#parts.clock.now()) / 1000);
      this.warn('waiting', `${message} If nothing changes within ${seconds} s, the run ends.`);
    }
    this.#toldWaiting = message;
  }

  warnOfPressure({ contextPressure }: Pick<RunLimits, 'contextPressure'>): void {
    if (this.#hasWarnedOfPressure || contextPressure === null || contextPressure < contextPressureWarnAt) return;
    this.#hasWarnedOfPressure = true;
    const metrics = this.#parts.metrics();
    if (metrics !== undefined) this.tell({ kind: 'pressure', metrics });
  }

  warnOfHeldWork(taskId: TaskId): void {
    this.warn(
      'held',
      `${taskId} is done, but dependencies that were added meanwhile are not; it counts once they are complete.`,
    );
  }
}
