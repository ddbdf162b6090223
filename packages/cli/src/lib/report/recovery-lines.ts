import { graphReason } from './graph-reason.js';
import type { Notice } from './reporter.js';
import { lineOf, span, type StyledLine } from './styled-line.js';
import { wholeSeconds } from './time-text.js';

// The wording of this file is part of the interface: people and scripts look for these very lines.

export type RecoveryNotice = Extract<Notice, { kind: 'recovery' }>;
type ReconciledNotice = Extract<Notice, { kind: 'reconciled' }>;

export function recoveryLines(recovery: RecoveryNotice): StyledLine[] {
  const from = recovery.source === 'graph' ? 'graph' : 'local checkpoint';
  const persisted = recovery.lastPersisted === undefined ? 'never' : wholeSeconds(recovery.lastPersisted);
  const { short, advice } = graphReason(recovery.reason);
  return [
    lineOf(span('✓', 'good'), ` Recovered state from ${from} (${short})`),
    lineOf(`  Orchestrator: ${recovery.orchestratorId}`),
    lineOf(`  Last persisted: ${persisted}`),
    lineOf(`  Completed: ${recovery.completed} tasks`),
    lineOf(`  In progress: ${recovery.inProgress} tasks`),
    lineOf(`  Recovered from: ${recovery.source === 'graph' ? 'graph state' : 'local checkpoint'}`),
    ...(advice === undefined ? [] : [lineOf(`  ${advice}`)]),
  ];
}

/** More changes than these are counted, unless all are wanted. */
const shownChanges = 100;

export function reconciledLines({ changes }: ReconciledNotice, { all }: { readonly all: boolean }): StyledLine[] {
  const shown = all ? changes : changes.slice(0, shownChanges);
  const hidden = changes.length - shown.length;
  return [
    lineOf(span('✓', 'good'), ` Reconciled ${changes.length} task status changes:`),
    ...shown.map(({ sentence, isWarning }) => lineOf('  - ', span(sentence, isWarning === true ? 'caution' : 'plain'))),
    ...(hidden > 0 ? [lineOf(`  and ${hidden} more (--verbose shows them all)`)] : []),
  ];
}

export function previousCheckpointLines(): StyledLine[] {
  return [
    lineOf(span('ℹ', 'accent'), ' Previous checkpoint found'),
    lineOf('  Use --resume to continue from last session'),
    lineOf('  Starting fresh will overwrite the checkpoint'),
  ];
}

export const nothingToResume = 'Nothing to resume: no checkpoint of this epic was found; starting fresh';

export function nothingToResumeLines(): StyledLine[] {
  return [lineOf(span('ℹ', 'accent'), ` ${nothingToResume}`)];
}
