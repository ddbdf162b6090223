import type { GraphErrorCode } from '@ginkoai/contract';

export interface Refusal {
  readonly kind: 'refused';
  readonly code: GraphErrorCode;
  /** What failed, with which value, what to do. */
  readonly message: string;
  /** The field of the request that is at fault. */
  readonly field?: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** `json`: the text of a body that was checked when it was stored, and is not taken apart again. */
export type Answer<T> =
  { readonly kind: 'answered'; readonly body: T } | { readonly kind: 'json'; readonly text: string } | Refusal;

export const answered = <T>(body: T): Answer<T> => ({ kind: 'answered', body });

export function refused(
  code: GraphErrorCode,
  message: string,
  more: { readonly field?: string; readonly details?: Readonly<Record<string, unknown>> } = {},
): Refusal {
  return { kind: 'refused', code, message, ...more };
}
