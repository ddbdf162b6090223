// Measures one bench and sends its rows to the parent.
const benches = {
  'b1-spawn': async () => (await import('./benches/b1-spawn.js')).b1Spawn(),
  'b1-processes': async () => (await import('./benches/b1-processes.js')).b1Processes(),
  'b2-scheduling': async () => (await import('./benches/b2-scheduling.js')).b2Scheduling(),
  'b3-checkpoint': async () => (await import('./benches/b3-checkpoint.js')).b3Checkpoint(),
  'b3-journal': async () => (await import('./benches/b3-journal.js')).b3Journal(),
  'b4-recovery': async () => (await import('./benches/b4-recovery.js')).b4Recovery(),
  start: async () => (await import('./benches/start.js')).start(),
  idle: async () => (await import('./benches/idle.js')).idle(),
  'dry-run': async () => (await import('./benches/dry-run.js')).dryRun(),
  parse: async () => (await import('./benches/parse.js')).parse(),
};

const rows = await benches[process.argv[2]]();
process.send(rows, () => process.disconnect());
