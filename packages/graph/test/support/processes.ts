import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface TestProcess {
  readonly child: ChildProcess;
  /** What it printed so far, by line. */
  readonly lines: readonly string[];
  /** Resolves when it has printed that many lines in all; rejects when it ends before. */
  untilLines(count: number): Promise<void>;
  ended(): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

/** A program of this folder, on the built package, in a process of its own. */
export function startProgram(name: string, args: readonly string[]): TestProcess {
  const program = fileURLToPath(new URL(`programs/${name}.js`, import.meta.url));
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  const exit = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => lines.push(line));
  return {
    child,
    lines,
    untilLines: (count) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (lines.length >= count) resolve();
        };
        look();
        reader.on('line', look);
        void exit.then(() => reject(new Error(`${name} ended after ${lines.length} lines.`)));
      }),
    async ended() {
      const [code, signal] = await exit;
      return { code, signal };
    },
  };
}
