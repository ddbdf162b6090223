import { readFileSync } from 'node:fs';
import type { PlannedTask } from './sprint-files.js';

/** One run of an agent, as the agent itself wrote it down. */
export interface LedgerAttempt {
  readonly taskId: string;
  readonly generation: string;
  readonly attempt: string;
  readonly pid: number;
  /** Line of its start; the order of lines is the order of what happened. */
  readonly startedAt: number;
  /** Line of its end; null: it was ended, or still runs. */
  endedAt: number | null;
}

/**
 * What agents wrote about themselves; ginko never reads it. Lines are `start <task> <gen> <attempt> <pid>`, `end ...`,
 * and `overlap ...` by an agent that found an earlier one of its task still running.
 */
export class Ledger {
  readonly attempts: readonly LedgerAttempt[];
  readonly overlaps: readonly string[];

  constructor(path: string) {
    const attempts: LedgerAttempt[] = [];
    const overlaps: string[] = [];
    for (const [index, line] of readLines(path).entries()) {
      const [kind, taskId = '', generation = '', attempt = '', pid = ''] = line.split(' ');
      if (kind === 'start') {
        attempts.push({ taskId, generation, attempt, pid: Number(pid), startedAt: index, endedAt: null });
      } else if (kind === 'end') {
        const started = attempts.findLast((one) => one.taskId === taskId && one.pid === Number(pid));
        if (started === undefined) throw new Error(`The ledger has an end without a start: ${line}`);
        started.endedAt = index;
      } else {
        overlaps.push(line);
      }
    }
    this.attempts = attempts;
    this.overlaps = overlaps;
  }

  of(taskId: string): LedgerAttempt[] {
    return this.attempts.filter((attempt) => attempt.taskId === taskId);
  }

  /** How often each task was worked on to its end. */
  ends(): Map<string, number> {
    const ends = new Map<string, number>();
    for (const { taskId, endedAt } of this.attempts) {
      if (endedAt !== null) ends.set(taskId, (ends.get(taskId) ?? 0) + 1);
    }
    return ends;
  }

  /** Tasks that started before one of their dependencies had ended for the first time. */
  startedTooEarly(plan: readonly PlannedTask[]): string[] {
    const firstEnd = new Map<string, number>();
    for (const { taskId, endedAt } of this.attempts) {
      if (endedAt !== null) firstEnd.set(taskId, Math.min(endedAt, firstEnd.get(taskId) ?? Infinity));
    }
    return plan.flatMap(({ id, dependsOn }) =>
      this.of(id).flatMap((attempt) =>
        dependsOn
          .filter((dependency) => (firstEnd.get(dependency) ?? Infinity) > attempt.startedAt)
          .map((dependency) => `${id} (line ${attempt.startedAt}) before ${dependency}`),
      ),
    );
  }
}

function readLines(path: string): string[] {
  return readFileSync(path, 'utf8').split('\n').filter(Boolean);
}
