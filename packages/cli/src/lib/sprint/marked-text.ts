import type { TaskId } from '@ginkoai/contract';
import type { SprintTask } from './sprint.js';
import { applyPatches, completeMarkPatch, type TextPatch } from './status-patch.js';

/** Lines are as they were at first: only messages about a text need them, and marking gives none. */
type Section = { -readonly [K in 'id' | 'status' | 'line' | 'start' | 'end']: SprintTask[K] };

/**
 * The text of a sprint file into which marks are written, and where its tasks stand in it after each. Parsing the
 * text anew for every batch of marks took a seventh of the time of a run of 3,000 short tasks, and left garbage of
 * many times its size (measured).
 */
export class MarkedText {
  #text: string;
  /** In the order of the text. */
  readonly #sections: readonly Section[];
  readonly #byId: ReadonlyMap<TaskId, Section>;

  /** `tasks` are those of this very text, as the parser gives them. */
  constructor(text: string, tasks: readonly SprintTask[]) {
    this.#text = text;
    this.#sections = tasks.map(({ id, status, line, start, end }) => ({ id, status, line, start, end }));
    this.#byId = new Map(this.#sections.map((section) => [section.id, section]));
  }

  get text(): string {
    return this.#text;
  }

  get size(): number {
    return this.#sections.length;
  }

  has(id: TaskId): boolean {
    return this.#byId.has(id);
  }

  /** Marks these tasks complete; ids that the text does not have are passed over. */
  complete(ids: readonly TaskId[]): void {
    const patches = new Map<Section, TextPatch>();
    for (const id of ids) {
      const section = this.#byId.get(id);
      const patch = section === undefined ? null : completeMarkPatch(this.#text, section);
      if (section !== undefined && patch !== null) patches.set(section, patch);
    }
    this.#text = applyPatches(this.#text, [...patches.values()]);
    this.#move(patches);
  }

  /** A patch stands in the section of its own task, so everything after that section moves by what it adds. */
  #move(patches: ReadonlyMap<Section, TextPatch>): void {
    let moved = 0;
    for (const section of this.#sections) {
      section.start += moved;
      const patch = patches.get(section);
      if (patch !== undefined) {
        section.status = 'complete';
        moved += patch.replacement.length - (patch.end - patch.start);
      }
      section.end += moved;
    }
  }
}
