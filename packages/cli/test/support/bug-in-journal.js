// Preloaded: the third write into the journal of a run meets a bug.
import fs, { readlinkSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const { writeSync } = fs;
let writes = 0;
fs.writeSync = (descriptor, ...rest) => {
  const isJournal = /\/orchestrator\/.*journal-\d+\.ndjson$/.test(readlinkSync(`/proc/self/fd/${descriptor}`));
  if (isJournal) writes += 1;
  if (isJournal && writes >= 3) throw new TypeError('this is a bug');
  return writeSync(descriptor, ...rest);
};
syncBuiltinESMExports();
