import type { LauncherAttempt, LauncherOpenAttempt, LauncherStart, Millis } from '@ginkoai/contract';

/** For an attempt of which nothing but the process is known; such a one is being stopped. */
const unknownLimitMs: Millis = 3_600_000;

/** What an orchestrator expects an end of, whatever becomes of the launcher that works on it. */
export class OpenAttempts {
  readonly #byKey = new Map<string, LauncherOpenAttempt>();

  get size(): number {
    return this.#byKey.size;
  }

  started({ key, outputFile, timeoutMs }: LauncherStart, openSince: string): void {
    this.#byKey.set(key, { key, outputFile, limitMs: timeoutMs, openSince });
  }

  add(attempts: readonly LauncherOpenAttempt[]): void {
    for (const attempt of attempts) this.#byKey.set(attempt.key, attempt);
  }

  /** A launcher told its process. */
  running(key: string, process: NonNullable<LauncherOpenAttempt['process']>): void {
    const known = this.#byKey.get(key);
    if (known !== undefined) this.#byKey.set(key, { ...known, process });
  }

  /** A launcher has these. */
  listed(attempts: readonly LauncherAttempt[], now: string): void {
    for (const attempt of attempts) {
      const { key, state } = attempt;
      if (state === 'finished') this.close(key);
      else if (!this.#byKey.has(key)) {
        this.#byKey.set(key, { key, limitMs: unknownLimitMs, outputFile: '', openSince: now });
      }
      if (state === 'running') this.running(key, { pid: attempt.pid, processStartedAt: attempt.processStartedAt });
    }
  }

  close(key: string): void {
    this.#byKey.delete(key);
  }

  /** Those that a launcher should know, and does not. */
  missingIn(attempts: readonly LauncherAttempt[], isExcepted: (key: string) => boolean): LauncherOpenAttempt[] {
    const known = new Set(attempts.map(({ key }) => key));
    return [...this.#byKey.values()].filter(({ key }) => !known.has(key) && !isExcepted(key));
  }
}
