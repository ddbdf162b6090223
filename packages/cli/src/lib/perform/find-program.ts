import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';

/** Where a command's program is, looked for as the system does; null: nowhere, or not executable. */
export function findProgram(program: string, { path, cwd }: { path: string; cwd: string }): string | null {
  if (isAbsolute(program) || program.includes('/')) return isProgram(resolve(cwd, program)) ? program : null;
  for (const directory of path.split(delimiter)) {
    if (directory !== '' && isProgram(join(directory, program))) return join(directory, program);
  }
  return null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
