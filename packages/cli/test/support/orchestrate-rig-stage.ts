import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WorkingCopy, type WorkingCopyOptions } from './orchestrate-rig.js';
import { GraphProcess } from './processes.js';

/** Everything that a test puts up, taken down again in the opposite order, whatever went wrong. */
export class Stage {
  #undo: (() => Promise<void> | void)[] = [];

  copy(options: WorkingCopyOptions): WorkingCopy {
    const copy = new WorkingCopy(options);
    this.#undo.push(() => copy.remove());
    return copy;
  }

  /** A graph server over a database of its own. */
  async graph(): Promise<GraphProcess> {
    const folder = mkdtempSync(join(tmpdir(), 'ginko-graph-'));
    this.#undo.push(() => rmSync(folder, { recursive: true, force: true }));
    return this.graphAgain(folder);
  }

  /** A graph server over the database of an earlier one. */
  async graphAgain(folder: string, listen?: string): Promise<GraphProcess> {
    const graph = await GraphProcess.start(folder, listen);
    this.#undo.push(() => graph.end());
    return graph;
  }

  onClear(undo: () => Promise<void> | void): void {
    this.#undo.push(undo);
  }

  async clear(): Promise<void> {
    const failures: unknown[] = [];
    for (const undo of this.#undo.splice(0).reverse()) {
      try {
        await undo();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'The stage could not be cleared.');
  }
}
