import { runProgram } from './program.js';
import { createOutput } from './lib/report/output.js';

const output = createOutput({ stdout: process.stdout, stderr: process.stderr, env: process.env });
process.exitCode = await runProgram(process.argv.slice(2), { output, env: process.env, cwd: process.cwd() });
