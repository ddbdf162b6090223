/** The system's code of an error (`ENOENT`); `undefined` when it is none of the system's. */
export function errorCode(error: unknown): string | undefined {
  // Not `instanceof Error`: errors of the core modules may come from another realm (Jest, vm).
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
