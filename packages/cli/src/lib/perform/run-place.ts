import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { failed, idPattern, ok, type Config, type EpicId, type Failure, type Result } from '@ginkoai/contract';
import { loadConfig } from './load-config.js';
import { stateKeyOf } from '../sprint/state-key.js';
import { errorCode } from './agents/error-code.js';
import { readFailure } from './file-failure.js';
import type { SprintNaming } from './no-sprint.js';
import { findProjectRoot, findSprint, listSprints, type SprintFile } from './sprint-files.js';

export interface RunPlaceSearch {
  readonly cwd: string;
  /** `--sprint`: a path, a file name or a sprint id. */
  readonly sprint?: string | undefined;
  /** `--epic`. */
  readonly epic?: EpicId | undefined;
  /** How the command lets people say which sprint they mean; absent: with `--sprint`. */
  readonly naming?: SprintNaming;
}

/** Which run of which working copy a command is about. */
export interface RunPlace {
  readonly root: string;
  readonly epicId: EpicId;
  /** The file with the run's tasks; null: none was found. */
  readonly sprint: SprintFile | null;
  readonly config: Config;
  /** About the configuration, for people. */
  readonly warnings: readonly string[];
}

/**
 * The run that is meant: of `--sprint` or `--epic`, else of the active sprint, else the only one that has a state in
 * this working copy. Failures: `bad_option`, `bad_configuration`, `no_sprint`, `not_found`, `sprint_ambiguous`,
 * `file_unreadable`.
 */
export async function findRunPlace({
  cwd,
  sprint,
  epic,
  naming = 'option',
}: RunPlaceSearch): Promise<Result<RunPlace>> {
  if (epic !== undefined && !idPattern.test(epic)) return badEpic(epic);
  const root = await findProjectRoot(cwd);
  const loaded = await loadConfig(root);
  if (!loaded.ok) return loaded;
  const { config, warnings } = loaded.value;
  const chosen = await chooseRun({ cwd, root, sprint, epic, naming });
  return chosen.ok ? ok({ root, config, warnings, ...chosen.value }) : chosen;
}

/** The epics that have a state in this working copy. Failure: `file_unreadable`. */
export async function epicsWithState(root: string): Promise<Result<readonly EpicId[]>> {
  const path = join(root, '.ginko', 'orchestrator');
  try {
    const entries = await readdir(path, { withFileTypes: true });
    const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    return ok(names.filter((name) => idPattern.test(name)).sort());
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return ok([]);
    return { ok: false, failure: readFailure({ error, path, what: 'The folder' }) };
  }
}

type Chosen = Pick<RunPlace, 'epicId' | 'sprint'>;

interface Choice extends RunPlaceSearch {
  readonly root: string;
  readonly naming: SprintNaming;
}

async function chooseRun({ cwd, root, sprint, epic, naming }: Choice): Promise<Result<Chosen>> {
  if (sprint !== undefined) {
    const found = await findSprint({ cwd, sprint });
    return found.ok ? ok({ epicId: epic ?? keyOf(found.value), sprint: found.value }) : found;
  }
  if (epic !== undefined) {
    const found = await findSprint({ cwd, epic });
    return ok({ epicId: epic, sprint: found.ok ? found.value : await sprintOf(epic, root) });
  }
  const active = await findSprint({ cwd, naming });
  if (active.ok) return ok({ epicId: keyOf(active.value), sprint: active.value });
  if (active.failure.code !== 'no_sprint') return active;
  return theOnlyRun(root, active.failure);
}

/** A finished sprint is not active any more, but its run can still be looked at. */
async function theOnlyRun(root: string, withoutSprint: Failure): Promise<Result<Chosen>> {
  const epics = await epicsWithState(root);
  if (!epics.ok) return epics;
  const [first, second] = epics.value;
  if (first === undefined) return { ok: false, failure: withoutSprint };
  if (second === undefined) return ok({ epicId: first, sprint: await sprintOf(first, root) });
  return failed(
    'sprint_ambiguous',
    `No sprint is active, and ${epics.value.length} epics have a state here: ${epics.value.join(', ')}. ` +
      `Say which, such as --epic ${first}.`,
  );
}

/** The newest sprint file whose state is kept under this epic. */
async function sprintOf(epicId: EpicId, root: string): Promise<SprintFile | null> {
  const { sprints } = await listSprints(root, root);
  const same = sprints.filter(({ sprint, name }) => sprint.tasks.length > 0 && stateKeyOf(sprint, name) === epicId);
  const newest = same.toSorted((a, b) => b.modifiedAtMs - a.modifiedAtMs)[0];
  return newest === undefined ? null : { ...newest, file: join(root, newest.file) };
}

function keyOf({ sprint, file }: SprintFile): EpicId {
  return stateKeyOf(sprint, file);
}

function badEpic(epic: string): Result<never> {
  return failed(
    'bad_option',
    `--epic must be an id of letters, digits, ".", "_" and "-", got "${epic}". See ginko sprint list for the epics.`,
  );
}
