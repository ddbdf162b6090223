import type { RunSummary } from './reporter.js';
import { unblockHint } from './unblock-hint.js';

/** The figures of a summary as fields of the last JSON line. */
export function summaryJson(summary: RunSummary): Record<string, unknown> {
  const { stopReason, exitCode, message, view, durationMs, attempts, adopted, failedAttempts, completedNow } = summary;
  return {
    stopReason,
    exitCode,
    message,
    sprintTitle: view.sprintTitle,
    epicId: view.epicId,
    total: view.total,
    counts: view.counts,
    durationMs,
    attempts,
    adopted,
    failedAttempts,
    completedNow,
    isResumed: summary.isResumed,
    tokens: summary.usage.tokens,
    costUsd: summary.usage.costUsd,
    blocked: view.blocked.map(({ taskId, title, reason, detail }) => ({
      taskId,
      title,
      reason,
      ...(detail === undefined ? {} : { detail }),
      unblock: unblockHint(reason, taskId),
    })),
    left: summary.left,
    failedOutputs: summary.failedOutputs,
    stateDirectory: summary.stateDirectory,
    ...(summary.resumeCommand === undefined ? {} : { resumeCommand: summary.resumeCommand }),
  };
}
