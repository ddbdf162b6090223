import { exitCodes } from '@ginkoai/contract/stop-reason';
import { joinWrites } from './lib/report/joined-writes.js';
import { createOutput } from './lib/report/output.js';
import { version } from './version.js';

const streams = joinWrites(process, (flush) => process.on('exit', flush));
const output = createOutput({ ...streams, env: process.env });
const args = process.argv.slice(2);
try {
  if (args.length === 1 && args[0] === '--version') {
    // Answered without the grammar, which takes longer to load than all the rest of this.
    output.line(version);
  } else {
    const { runProgram } = await import('./program.js');
    process.exitCode = await runProgram(args, { output, env: process.env, cwd: process.cwd() });
  }
} catch (error) {
  // Expected trouble was told already: this is a bug.
  output.error(
    'ginko met an error that it does not expect. What was recorded is kept: ginko orchestrate --resume goes on.',
  );
  const { originalStack } = await import('./lib/perform/original-stack.js');
  output.error(error instanceof Error ? originalStack(error.stack ?? error.message) : String(error));
  process.exitCode = exitCodes.personNeeded;
}
