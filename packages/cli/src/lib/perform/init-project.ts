import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ok, type Config, type Result } from '@ginkoai/contract';
import { firstSprint } from '../sprint/first-sprint.js';
import { errorCode } from './agents/error-code.js';
import { writeFailure } from './file-failure.js';
import { ignoreFileText } from './ignore-file.js';
import { graphIdOf } from './project.js';
import { listSprints, sprintDirectory } from './sprint-files.js';

export interface InitializedProject {
  readonly files: readonly InitializedFile[];
  /** Whether the project had a sprint before. */
  readonly hadSprint: boolean;
}

export interface InitializedFile {
  /** Relative to the project. */
  readonly path: string;
  /** false: it was there, and was left as it is. */
  readonly isNew: boolean;
}

/** An example to be replaced; a secret would be in everybody's clone. */
const exampleAgent = {
  command: 'claude --print --permission-mode acceptEdits',
  capabilities: ['*'],
  count: 2,
} as const;

/** Makes what a project needs to be orchestrated; a file that is there stays. Failures: `file_unwritable`, `disk_full`. */
export async function initProject(root: string): Promise<Result<InitializedProject>> {
  const { sprints } = await listSprints(root, root);
  const hadSprint = sprints.some(({ sprint }) => sprint.tasks.length > 0);
  const config = {
    graphId: await graphIdOf({ root, env: {}, config: {} }),
    agents: { coder: { ...exampleAgent, capabilities: [...exampleAgent.capabilities] } },
    defaults: { maxAttempts: 3, taskTimeout: '60m' },
  } satisfies Partial<Config>;
  const wanted = [
    { path: join('.ginko', 'config.json'), text: `${JSON.stringify(config, null, 2)}\n` },
    { path: join('.ginko', '.gitignore'), text: ignoreFileText },
    ...(hadSprint ? [] : [{ path: join(sprintDirectory, firstSprint.fileName), text: firstSprint.text }]),
  ];
  const files: InitializedFile[] = [];
  for (const { path, text } of wanted) {
    const made = await makeFile(join(root, path), text);
    if (!made.ok) return made;
    files.push({ path, isNew: made.value });
  }
  return ok({ files, hadSprint });
}

/** false: there is one already. */
async function makeFile(path: string, text: string): Promise<Result<boolean>> {
  const folder = dirname(path);
  try {
    // The run's state goes there, and is nobody else's.
    await mkdir(folder, { recursive: true, ...(folder.endsWith('.ginko') ? { mode: 0o700 } : {}) });
  } catch (error) {
    return { ok: false, failure: writeFailure({ error, path: folder, what: 'The folder', then: 'try again' }) };
  }
  try {
    await writeFile(path, text, { flag: 'wx' });
    return ok(true);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return ok(false);
    return { ok: false, failure: writeFailure({ error, path, what: 'The file', then: 'try again' }) };
  }
}
