import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectLaunchers } from '../../cli/dist/lib/perform/agents/launcher-client.js';

/** Starts `/bin/true` through the product's launcher for this folder, without an orchestrator and its journal. */
export async function launcherIn(root) {
  const ends = new Map();
  const connected = await connectLaunchers({
    root,
    scope: 'bench/ready-queue',
    epoch: 1,
    orchestratorId: `bench-${process.pid}`,
    env: process.env,
    onMessage: (message) => {
      if (message.kind === 'refused') throw new Error(message.failure.message);
      if (message.kind !== 'finished') return;
      connected.value.forget([message.key]);
      ends.get(message.key)();
    },
  });
  if (!connected.ok) throw new Error(connected.failure.message);
  const stdinFile = join(root, 'task.md');
  writeFileSync(stdinFile, 'nothing to do\n');
  return {
    start(name, onEnd) {
      const key = `${process.pid}/${name}`;
      ends.set(key, onEnd);
      connected.value.start({
        key,
        argv: ['/bin/true'],
        env: { GINKO_IDEMPOTENCY_KEY: key },
        cwd: root,
        stdinFile,
        outputFile: join(root, 'output.log'),
        timeoutMs: 60_000,
      });
    },
    close: () => connected.value.close(),
  };
}
