import { existsSync } from 'node:fs';
import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { failed, ok, type Result } from '@ginkoai/contract';

/** The launcher's program. Run from the sources (under a test runner), it is the one that was built. */
export function launcherScript(): Result<string> {
  const own = fileURLToPath(new URL('./launcher.js', import.meta.url));
  const sources = ['', 'src', 'lib', 'perform', 'agents', 'launcher.js'].join(sep);
  const built = ['', 'dist', 'lib', 'perform', 'agents', 'launcher.js'].join(sep);
  const path = own.endsWith(sources) ? own.slice(0, -sources.length) + built : own;
  if (existsSync(path)) return ok(path);
  return failed('agent_not_started', `The launcher ${path} is not there. Build it with: npm run build.`, { path });
}
