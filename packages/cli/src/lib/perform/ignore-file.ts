import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ok, type Result } from '@ginkoai/contract';
import { errorCode } from './agents/error-code.js';
import { writeFailure } from './file-failure.js';

export const ignoreFileText =
  '# What ginko keeps here belongs to this working copy; the configuration is shared.\n*\n!.gitignore\n!config.json\n';

/**
 * Keeps git away from what lies in `.ginko`, a token among it: whoever makes the folder calls this. A file that is
 * there stays. Failures: `file_unwritable`, `disk_full`.
 */
export async function keepIgnoreFile(ginkoFolder: string): Promise<Result<void>> {
  const path = join(ginkoFolder, '.gitignore');
  try {
    await writeFile(path, ignoreFileText, { flag: 'wx' });
    return ok(undefined);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return ok(undefined);
    return { ok: false, failure: writeFailure({ error, path, what: 'The file' }) };
  }
}
