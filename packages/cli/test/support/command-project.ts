import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';
import { livingLauncher } from '../../src/lib/perform/agents/launcher-claim.js';
import { isSameProcess } from '../../src/lib/perform/agents/process-identity.js';
import { createOutput } from '../../src/lib/report/output.js';
import { runProgram } from '../../src/program.js';
import { killProcess } from './kill-process.js';

const bin = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'bin', 'ginko.js');

const mostLooks = 1_000;

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A project in a folder of its own, with a home of its own. */
export interface CommandProject {
  readonly root: string;
  readonly env: Readonly<Record<string, string>>;
  path(name: string): string;
  write(name: string, text: string): void;
  read(name: string): string;
  /** `ginko ...` in this process. */
  run(...args: readonly string[]): Promise<Ran>;
  /** The same with these variables too. */
  runWith(more: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Ran>;
  /** The JSON document that it prints. */
  json(...args: readonly string[]): Promise<unknown>;
  /** Asks until the document has these fields: the graph hears of events a moment after they happened. */
  until(args: readonly string[], fields: object): Promise<void>;
  /** `ginko ...` in a process of its own; ended with the test if it has not ended by itself. */
  start(...args: readonly string[]): RunningCommand;
}

export interface RunningCommand {
  readonly child: ChildProcess;
  readonly ended: Promise<Ran>;
  /** Resolves with the first line of stdout, already printed or to come, that is meant. */
  line(isMeant: (line: string) => boolean): Promise<string>;
  /** The first JSON line of that kind. */
  event(kind: string, taskId?: string): Promise<void>;
}

/** Made anew before each test of the file. */
export function useCommandProject(): () => CommandProject {
  let root = '';
  let running: RunningCommand[] = [];
  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'ginko-command-')));
    mkdirSync(join(root, '.git'));
    running = [];
  });
  afterEach(async () => {
    for (const { child } of running) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await Promise.all(running.map(({ ended }) => ended));
    await stopLauncher(root);
    rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  });
  return () => projectAt(root, (command) => running.push(command));
}

function projectAt(root: string, started: (command: RunningCommand) => void): CommandProject {
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: join(root, 'home'),
    XDG_CONFIG_HOME: join(root, 'home', '.config'),
  };
  const path = (name: string): string => join(root, name);
  const runWith = async (more: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Ran> => {
    const stdout = collector();
    const stderr = collector();
    const all = { ...env, ...more };
    const output = createOutput({ stdout, stderr, env: all });
    const code = await runProgram(args, { output, env: all, cwd: root });
    return { code, stdout: stdout.text(), stderr: stderr.text() };
  };
  const run = (...args: readonly string[]): Promise<Ran> => runWith({}, ...args);
  const json = async (...args: readonly string[]): Promise<unknown> => {
    const { stdout, stderr } = await run(...args, '--json');
    if (stdout === '') throw new Error(stderr);
    return JSON.parse(stdout) as unknown;
  };
  return {
    root,
    env,
    path,
    write: (name, text) => {
      mkdirSync(dirname(path(name)), { recursive: true });
      writeFileSync(path(name), text);
    },
    read: (name) => readFileSync(path(name), 'utf8'),
    run,
    runWith,
    json,
    until: async (args, fields) => {
      for (let looks = 1; ; looks += 1) {
        const document = await json(...args);
        try {
          expect(document).toMatchObject(fields);
          return;
        } catch (error) {
          if (looks === mostLooks) throw error;
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    start: (...args) => {
      const command = startCommand(args, { root, env });
      started(command);
      return command;
    },
  };
}

function collector(): { write(text: string): boolean; text(): string } {
  let all = '';
  return {
    write: (text) => {
      all += text;
      return true;
    },
    text: () => all,
  };
}

function startCommand(args: readonly string[], { root, env }: Pick<CommandProject, 'root' | 'env'>): RunningCommand {
  const child = spawn(process.execPath, [bin, ...args], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  let stderr = '';
  let listeners: (() => void)[] = [];
  const tell = (): void => listeners.forEach((listener) => listener());
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    tell();
  });
  let isOver = false;
  const ended = new Promise<Ran>((resolve) => {
    child.once('close', (code) => {
      isOver = true;
      resolve({ code, stdout: lines.map((line) => `${line}\n`).join(''), stderr });
      tell();
    });
  });
  const line = (isMeant: (line: string) => boolean): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = lines.find(isMeant);
        if (found === undefined && !isOver) return;
        listeners = listeners.filter((listener) => listener !== look);
        if (found !== undefined) resolve(found);
        else reject(new Error(`It ended without that line.\n${lines.join('\n')}\n${stderr}`));
      };
      listeners.push(look);
      look();
    });
  return {
    child,
    ended,
    line,
    event: async (kind, taskId) => {
      await line((text) => {
        const event = JSON.parse(text) as { kind: string; taskId?: string };
        return event.kind === kind && (taskId === undefined || event.taskId === taskId);
      });
    },
  };
}

/** A launcher outlives its orchestrator, and would outlive the test. */
export async function stopLauncher(root: string): Promise<void> {
  const directory = join(root, '.ginko', 'launchers');
  const launcher = existsSync(directory) ? livingLauncher(directory) : null;
  if (launcher === null) return;
  killProcess(launcher.pid, 'SIGTERM');
  for (let looks = 0; looks < 100 && isSameProcess(launcher); looks += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  if (isSameProcess(launcher)) killProcess(launcher.pid, 'SIGKILL');
}

/** Shell text that waits until the test has made the file `name`, or is over. */
export function waitFor(name: string): string {
  return `while [ -d .git ] && [ ! -e ${name} ]; do sleep 0.02; done`;
}

/** A sprint file of tasks in a row, each with a Run block. */
export function sprintText(tasks: readonly { id: string; run?: string; depends?: string; status?: string }[]): string {
  const sections = tasks.map(({ id, run, depends, status }) =>
    [
      `## ${id}: Title of ${id}`,
      `**Status:** ${status ?? '[ ]'}`,
      ...(depends === undefined ? [] : [`**Depends:** ${depends}`]),
      ...(run === undefined ? [] : ['**Run:**', '', '```sh', run, '```']),
      '',
    ].join('\n'),
  );
  return ['---', 'sprint_id: sprint-1', 'epic_id: epic-1', '---', '# The sprint', '', ...sections].join('\n');
}
