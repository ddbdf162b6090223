import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { failed, ok, type Result } from '@ginkoai/contract';
import { errorCode } from './agents/error-code.js';

/**
 * The program of the embedded graph's thread. The bundle has it beside its other files; elsewhere it is the built one,
 * also where this module runs from its source: a thread gets no compiler.
 */
export function embeddedGraphProgram(): Result<string> {
  const bundled = fileURLToPath(new URL('./graph-worker.js', import.meta.url));
  if (existsSync(bundled)) return ok(bundled);
  try {
    return ok(createRequire(import.meta.url).resolve('@ginkoai/graph/worker'));
  } catch (error) {
    if (errorCode(error) !== 'MODULE_NOT_FOUND') throw error;
    return failed(
      'bad_configuration',
      'The program of the embedded graph (@ginkoai/graph/worker) is missing. Install ginko again; in a clone, run npm run build.',
    );
  }
}
