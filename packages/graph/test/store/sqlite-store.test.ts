import { join } from 'node:path';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.js';
import type { GraphStore } from '../../src/store/store.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { describeStore, type StoreBed } from './store-contract.js';

async function laySqliteBed(): Promise<StoreBed> {
  const folder = await temporaryFolder();
  let time = Date.UTC(2026, 0, 1);
  const opened: GraphStore[] = [];
  const open = async (): Promise<GraphStore> => {
    const store = await openSqliteStore({ file: join(folder.path, 'graph.db'), now: () => time });
    if (!store.ok) throw new Error(store.failure.message);
    opened.push(store.value);
    return store.value;
  };
  return {
    store: await open(),
    another: open,
    advance: (ms) => void (time += ms),
    async remove() {
      await Promise.all(opened.map((store) => store.close()));
      await folder.remove();
    },
  };
}

describeStore('the SQLite store', laySqliteBed);
