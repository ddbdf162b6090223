import { failed, ok, type EpochMillis, type Result } from '@ginkoai/contract';
import type { Sprint } from './sprint.js';

/** A file that may be the active sprint. */
export interface SprintCandidate {
  /** Its path, as it is shown to people. */
  readonly file: string;
  /** Its base name. */
  readonly name: string;
  readonly modifiedAtMs: EpochMillis;
  readonly sprint: Sprint;
  /** The file that this one points to, when it has no tasks itself. */
  readonly pointsTo?: string;
}

export interface ActiveSprint<C extends SprintCandidate> {
  readonly chosen: C;
  /** The rule that chose it, as a sentence for people. */
  readonly why: string;
  /** Nobody declared it: it is the newest, and people should be told which that was. */
  readonly isGuessed?: true;
}

const activeStatuses: ReadonlySet<string> = new Set(['active', 'in_progress', 'in progress', 'in-progress', 'current']);
const endedStatuses: ReadonlySet<string> = new Set([
  'complete',
  'completed',
  'done',
  'closed',
  'archived',
  'cancelled',
  'canceled',
]);

/**
 * Chooses the active sprint: the one declared active in its front matter; CURRENT-SPRINT.md, if it has tasks or names
 * a file; the newest file with open tasks; the newest file with tasks. `choose` begins the sentence that says how to
 * name one of several, up to "or set".
 */
export function chooseActiveSprint<C extends SprintCandidate>(
  candidates: readonly C[],
  choose: (file: string) => string = (file) => `Choose one with --sprint ${file}, or set`,
): Result<ActiveSprint<C>> {
  const usable = candidates.filter(({ sprint }) => sprint.tasks.length > 0 && !isEnded(sprint));
  const declared = withoutCopies(usable.filter(({ sprint }) => activeStatuses.has(sprint.declaredStatus ?? '')));
  const [first, second] = declared;
  if (first !== undefined && second !== undefined) {
    return failed(
      'sprint_ambiguous',
      `${declared.length} sprints are declared active: ${declared.map(({ file }) => file).join(' and ')}. ` +
        `${choose(first.file)} "status: complete" in the front matter of the others.`,
    );
  }
  if (first !== undefined) {
    return ok({ chosen: first, why: `${first.file} is declared ${first.sprint.declaredStatus} in its front matter` });
  }
  return chooseCurrent(candidates, usable) ?? chooseNewest(usable);
}

/** CURRENT-SPRINT.md is often a copy of the sprint that is under way. */
function withoutCopies<C extends SprintCandidate>(declared: readonly C[]): readonly C[] {
  return declared.filter((each) => {
    const isOriginal = (other: C): boolean => !isCurrent(other) && other.sprint.sprintId === each.sprint.sprintId;
    return !isCurrent(each) || each.sprint.sprintId === null || !declared.some(isOriginal);
  });
}

function isCurrent({ name }: SprintCandidate): boolean {
  return name.toUpperCase() === 'CURRENT-SPRINT.MD';
}

function isEnded(sprint: Sprint): boolean {
  return endedStatuses.has(sprint.declaredStatus ?? '');
}

function chooseCurrent<C extends SprintCandidate>(
  candidates: readonly C[],
  usable: readonly C[],
): Result<ActiveSprint<C>> | null {
  const current = candidates.find(isCurrent);
  if (current === undefined) return null;
  if (usable.includes(current)) return ok({ chosen: current, why: `${current.file} has tasks` });
  const target = current.pointsTo === undefined ? '' : baseName(current.pointsTo);
  const named = usable.find(({ name }) => name.toLowerCase() === target);
  return named === undefined ? null : ok({ chosen: named, why: `${current.file} names ${named.file}` });
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).toLowerCase();
}

/** When every task of every sprint is complete, a resume still has to find the run that it goes on from. */
function chooseNewest<C extends SprintCandidate>(usable: readonly C[]): Result<ActiveSprint<C>> {
  const open = newestOf(usable.filter(({ sprint }) => sprint.tasks.some(isOpen)));
  if (open !== undefined)
    return ok({ chosen: open, why: `${open.file} is the newest sprint file with open tasks`, isGuessed: true });
  const newest = newestOf(usable);
  if (newest !== undefined) {
    return ok({
      chosen: newest,
      why: `${newest.file} is the newest sprint file; none has open tasks left`,
      isGuessed: true,
    });
  }
  return failed('no_sprint', 'No sprint file with tasks was found in docs/sprints.');
}

function newestOf<C extends SprintCandidate>(candidates: readonly C[]): C | undefined {
  return candidates.toSorted((a, b) => b.modifiedAtMs - a.modifiedAtMs || compare(b.name, a.name))[0];
}

function isOpen({ status }: Sprint['tasks'][number]): boolean {
  return status !== 'complete' && status !== 'cancelled';
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
