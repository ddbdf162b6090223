import type { TaskId } from '@ginkoai/contract';
import { canonicalId, isTaskId } from './task-id.js';

/** What a word in a dependency field means. `missing`: it looks like a task of this file, and there is none. */
export type Resolution =
  { readonly kind: 'task'; readonly id: TaskId } | { readonly kind: 'missing'; readonly id: TaskId } | null;

interface Numbered {
  readonly number: number;
  readonly id: TaskId;
}

/** Finds the tasks of one file by what people write for them: the id, another spelling of it, `t01`, `S05_t05`. */
export class TaskIndex {
  /** Ids in file order, without repeats. */
  readonly ids: readonly TaskId[];
  private built: Spellings | null = null;

  /** `exact`: the ids by themselves, in file order. */
  constructor(readonly exact: ReadonlyMap<string, TaskId>) {
    this.ids = [...exact.keys()];
  }

  has(id: TaskId): boolean {
    return this.exact.has(id);
  }

  resolve(word: string, ownId: TaskId): Resolution {
    if (this.exact.has(word)) return { kind: 'task', id: word };
    if (!isTaskId(word)) return null;
    const { byCanonical, byEnding, families } = this.spellings();
    const canonical = canonicalId(word);
    const found =
      byCanonical.get(canonical) ??
      byCanonical.get(ownPrefix(canonicalId(ownId)) + canonical) ??
      byEnding.get(canonical) ??
      this.numberOf(canonical, ownId);
    if (found !== undefined) return { kind: 'task', id: found };
    if (/^t\d+[a-z]?$/.test(canonical)) return { kind: 'missing', id: ownPrefix(ownId) + word };
    return families.has(splitNumber(canonical).family) ? { kind: 'missing', id: word } : null;
  }

  /** The 2 of `Tasks 1, 2`: `TASK-2`, or the task with that number among those named like `ownId`. */
  resolveNumber(number: string, ownId: TaskId): Resolution {
    const id = this.numbered(String(Number(number)), ownId);
    if (id !== undefined) return { kind: 'task', id };
    return { kind: 'missing', id: ownId.replace(/\d+[a-z]?$/i, '') + number };
  }

  /** The tasks from one to the other, both included: by number if they are named alike, else in file order. */
  range(from: TaskId, to: TaskId): readonly TaskId[] {
    const [a, b] = [splitNumber(canonicalId(from)), splitNumber(canonicalId(to))];
    const members = a.family === b.family ? this.spellings().families.get(a.family) : undefined;
    if (members !== undefined && a.number !== null && b.number !== null) {
      const [low, high] = [Math.min(a.number, b.number), Math.max(a.number, b.number)];
      return members.slice(firstFrom(members, low), firstFrom(members, high + 1)).map((member) => member.id);
    }
    const first = this.spellings().positions.get(from);
    const last = this.spellings().positions.get(to);
    if (first === undefined || last === undefined) return [from, to];
    return this.ids.slice(Math.min(first, last), Math.max(first, last) + 1);
  }

  /** `t2` beside tasks named `TASK-1`, `TASK-2`. */
  private numberOf(canonical: string, ownId: TaskId): TaskId | undefined {
    const number = /^t(\d+)$/.exec(canonical)?.[1];
    return number === undefined ? undefined : this.numbered(number, ownId);
  }

  private numbered(number: string, ownId: TaskId): TaskId | undefined {
    const { byCanonical } = this.spellings();
    return byCanonical.get(`task_${number}`) ?? byCanonical.get(splitNumber(canonicalId(ownId)).family + number);
  }

  /** Most files never need them: everybody writes full ids there. */
  private spellings(): Spellings {
    return (this.built ??= spellingsOf(this.ids));
  }
}

interface Spellings {
  readonly positions: ReadonlyMap<TaskId, number>;
  readonly byCanonical: ReadonlyMap<string, TaskId>;
  /** By the last one or two segments; null: several tasks end like that. */
  readonly byEnding: ReadonlyMap<string, TaskId | null>;
  /** The tasks named alike up to their number, by number. */
  readonly families: ReadonlyMap<string, readonly Numbered[]>;
}

function spellingsOf(ids: readonly TaskId[]): Spellings {
  const byCanonical = new Map<string, TaskId>();
  const byEnding = new Map<string, TaskId | null>();
  const families = new Map<string, Numbered[]>();
  const positions = new Map<TaskId, number>();
  for (const id of ids) {
    positions.set(id, positions.size);
    const canonical = canonicalId(id);
    if (!byCanonical.has(canonical)) byCanonical.set(canonical, id);
    for (const ending of endingsOf(canonical)) byEnding.set(ending, byEnding.has(ending) ? null : id);
    const { family, number } = splitNumber(canonical);
    if (number === null) continue;
    const members = families.get(family);
    if (members === undefined) families.set(family, [{ number, id }]);
    else members.push({ number, id });
  }
  for (const members of families.values()) members.sort((a, b) => a.number - b.number);
  return { positions, byCanonical, byEnding, families };
}

function endingsOf(canonical: string): readonly string[] {
  const segments = canonical.split('_');
  return segments.length < 3 ? [] : [segments.slice(-1).join('_'), segments.slice(-2).join('_')];
}

/** `e8_s2_t1` -> `e8_s2_`: what a short id in the same sprint leaves out. */
function ownPrefix(id: string): string {
  return id.slice(0, Math.max(id.lastIndexOf('_'), id.lastIndexOf('-')) + 1);
}

function splitNumber(canonical: string): { family: string; number: number | null } {
  let start = canonical.length;
  while (start > 0 && canonical.charCodeAt(start - 1) >= 48 && canonical.charCodeAt(start - 1) <= 57) start -= 1;
  if (start === canonical.length) return { family: canonical, number: null };
  return { family: canonical.slice(0, start), number: Number(canonical.slice(start)) };
}

function firstFrom(members: readonly Numbered[], number: number): number {
  let [low, high] = [0, members.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const member = members[middle];
    if (member !== undefined && member.number < number) low = middle + 1;
    else high = middle;
  }
  return low;
}
