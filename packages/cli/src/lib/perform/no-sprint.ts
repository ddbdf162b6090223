import { failed, type EpicId, type Failure, type Result } from '@ginkoai/contract';
import type { SprintCandidate } from '../sprint/active-sprint.js';

/** How a command lets people say which sprint they mean: `--sprint`, its argument, or `--epic`; or not at all. */
export type SprintNaming = 'option' | 'argument' | 'epic' | 'none';

interface NamingWords {
  /** Begins the advice for several that are active, up to "or set". */
  readonly choose: (file: string) => string;
  /** Ends the advice for none; empty: there is no other way. */
  readonly otherwise: string;
}

export const sprintNamings: Readonly<Record<SprintNaming, NamingWords>> = {
  option: {
    choose: (file) => `Choose one with --sprint ${file}, or set`,
    otherwise: ', or name a file with --sprint',
  },
  argument: {
    choose: (file) => `Name one after the command, such as ${file}, or set`,
    otherwise: ', or name a file after the command',
  },
  epic: { choose: () => 'Name one of their epics with --epic, or set', otherwise: ', or name an epic with --epic' },
  none: { choose: () => 'Set', otherwise: '' },
};

export interface MissingSprint {
  /** Where it was looked for: absolute, as nobody may know which project was found. */
  readonly folder: string;
  readonly naming: SprintNaming;
  /** The epic that was asked for. */
  readonly epic: EpicId | undefined;
  /** What is there. */
  readonly sprints: readonly SprintCandidate[];
  /** What could not be read. */
  readonly troubles: readonly Failure[];
}

const mostEpics = 10;

/** Why there is no sprint to be taken, and what to do. Failure: `no_sprint`. */
export function noSprint({ folder, naming, epic, sprints, troubles }: MissingSprint): Result<never> {
  const trouble = troubles.map(({ message }) => ` ${message}`).join('');
  if (epic !== undefined) return failed('no_sprint', `${noSuchEpic(epic, folder, sprints)}${trouble}`);
  // A file that nobody could read may well be the sprint.
  if (troubles.length > 0 && sprints.length === 0) {
    return failed('no_sprint', `No sprint could be read in ${folder}.${trouble}`);
  }
  const advice = `Write one (ginko init makes a first one)${sprintNamings[naming].otherwise}.`;
  return failed('no_sprint', `No sprint file with tasks was found in ${folder}. ${advice}${trouble}`);
}

function noSuchEpic(epic: EpicId, folder: string, sprints: readonly SprintCandidate[]): string {
  const withTasks = sprints.filter(({ sprint }) => sprint.tasks.length > 0);
  const known = [...new Set(withTasks.flatMap(({ sprint }) => sprint.epicId ?? sprint.sprintId ?? []))].sort();
  const more = known.length > mostEpics ? ` and ${known.length - mostEpics} more` : '';
  const there = known.length === 0 ? 'no sprint there names one' : `there are: ${known.slice(0, mostEpics).join(', ')}`;
  return `No sprint of the epic "${epic}" in ${folder}; ${there}${more}. See ginko sprint list.`;
}
