import { dirname } from 'node:path';
import type { Failure } from '@ginkoai/contract';
import { errorCode } from './agents/error-code.js';

/** EFBIG: the limit on the size of a file, which has the same remedy. */
const fullCodes = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

export interface FileTrouble {
  readonly error: unknown;
  readonly path: string;
  /** What the file is, as the beginning of a sentence: `The journal`. */
  readonly what: string;
  /** What to do when the cause is removed; absent: continue the run. */
  readonly then?: string;
}

/** The failure behind a refused write: `disk_full` or `file_unwritable`. Anything but a system error is thrown on. */
export function writeFailure({ error, path, what, then = 'continue with --resume' }: FileTrouble): Failure {
  const code = errorCode(error);
  if (code === undefined) throw error;
  const sentence = `${what} ${path} could not be written (${messageOf(error, code)}).`;
  if (fullCodes.has(code)) {
    return {
      code: 'disk_full',
      message: `${sentence} Free some space, then ${then}.`,
      details: { path, code },
    };
  }
  const remedy =
    code === 'ELOOP'
      ? 'It is a symbolic link: remove the link'
      : `Make sure that ${dirname(path)} is a folder you may write to`;
  return {
    code: 'file_unwritable',
    message: `${sentence} ${remedy}, then ${then}.`,
    details: { path, code },
  };
}

/** The failure behind a refused read. Anything but a system error is thrown on. */
export function readFailure({ error, path, what }: FileTrouble): Failure {
  const code = errorCode(error);
  if (code === undefined) throw error;
  const remedy =
    code === 'ELOOP' ? 'It is a symbolic link: remove the link' : 'Make sure that it is a file you may read';
  return {
    code: 'file_unreadable',
    message: `${what} ${path} could not be read (${messageOf(error, code)}). ${remedy}, then try again.`,
    details: { path, code },
  };
}

/** `ENOSPC: no space left on device, write` without the call and the path, which the sentence has. */
function messageOf(error: unknown, code: string): string {
  const message = typeof error === 'object' && error !== null && 'message' in error ? error.message : undefined;
  return (typeof message === 'string' ? /^[A-Z0-9]+: [^,]+/.exec(message)?.[0] : undefined) ?? code;
}
