import type { BlockedReason } from '@ginkoai/contract';
import { blockedReasonText } from './blocked-reason-text.js';

export interface Block {
  readonly reason: BlockedReason;
  readonly detail?: string | undefined;
}

/** Why a task is blocked, with what is known beyond the reason; to be read after "blocked:". */
export function blockedText({ reason, detail }: Block): string {
  if (detail === undefined || detail === '') return blockedReasonText(reason);
  return saysItAll(reason) ? detail : `${blockedReasonText(reason)}: ${detail}`;
}

/** The details of these are sentences that name the reason. */
const saysItAll = (reason: BlockedReason): boolean =>
  reason === 'attempts_exhausted' ||
  reason === 'losses_exhausted' ||
  reason === 'missing_dependency' ||
  reason === 'no_command' ||
  reason === 'dependency_cancelled';
