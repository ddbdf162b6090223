import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { ok, type EmbeddedGraphFile, type EpochMillis, type Millis, type Result } from '@ginkoai/contract';
import type { GraphWorkerData, GraphWorkerMessage, GraphWorkerOrder } from '@ginkoai/graph';
import { ownIdentity } from './agents/process-identity.js';
import { removeEmbeddedGraphFile, writeEmbeddedGraphFile } from './embedded-graph-file.js';
import { embeddedGraphProgram } from './embedded-graph-program.js';
import { writeFailure } from './file-failure.js';
import { keepIgnoreFile } from './ignore-file.js';

export { readEmbeddedGraphFile } from './embedded-graph-file.js';

export interface EmbeddedGraphOptions {
  /** The working copy: the folder that holds `.ginko`. */
  readonly root: string;
  readonly leaseTtlMs?: Millis;
  readonly now?: () => EpochMillis;
  /** Hears of errors inside the graph, which goes on, and of its end if nobody asked for that. */
  readonly onError?: (error: Error) => void;
}

export interface EmbeddedGraph {
  readonly url: string;
  readonly token: string;
  close(): Promise<void>;
}

/** Requests leave much garbage behind and hold little: 32 MB for what is new, the default, are never needed. */
const resourceLimits = { maxYoungGenerationSizeMb: 4 } as const;

/**
 * Serves `.ginko/graph.db` on a loopback port, from a thread of this process, and says so in `.ginko/graph.json`.
 * Other processes may serve the same file; `graph.json` names the newest. The thread does not keep the process alive.
 * Failures: those of the database (`bad_state`, `newer_version`, ...), `file_unwritable`, `disk_full`.
 */
export async function startEmbeddedGraph(options: EmbeddedGraphOptions): Promise<Result<EmbeddedGraph>> {
  const { root, leaseTtlMs } = options;
  const onError = options.onError ?? (() => undefined);
  const program = embeddedGraphProgram();
  if (!program.ok) return program;
  const folder = await makeFolder(join(root, '.ginko'));
  if (!folder.ok) return folder;

  const token = randomBytes(32).toString('base64url');
  const data: GraphWorkerData = {
    database: join(folder.value, 'graph.db'),
    token,
    ...(leaseTtlMs === undefined ? {} : { leaseTtlMs }),
  };
  // Flags of this process (a test runner's, a debugger's) are not the thread's.
  const worker = new Worker(program.value, { workerData: data, execArgv: [], resourceLimits });
  const listening = await untilListening(worker);
  if (!listening.ok) return listening;

  let isClosing = false;
  // Whoever closes it has told how its run ended: nothing may come after that.
  worker.on('error', (error) => {
    if (!isClosing) onError(error);
  });
  worker.on('message', (message: GraphWorkerMessage) => {
    if (message.kind === 'error' && !isClosing) onError(message.error);
  });
  const ended = new Promise<void>((resolve) => {
    worker.once('exit', (code) => {
      if (!isClosing) onError(new Error(`The thread of the embedded graph ended by itself (${code}).`));
      resolve();
    });
  });
  worker.unref();

  const startedAt = new Date((options.now ?? Date.now)()).toISOString();
  const file: EmbeddedGraphFile = { url: listening.value, token, ...ownIdentity(), startedAt };
  const close = async (): Promise<void> => {
    isClosing = true;
    worker.ref();
    worker.postMessage(closeOrder);
    await ended;
    await removeEmbeddedGraphFile(root, file);
  };
  const written = await writeEmbeddedGraphFile(root, file);
  if (!written.ok) {
    await close();
    return written;
  }
  return ok({ url: file.url, token, close });
}

// The type only: the graph's own code is loaded in the thread.
const closeOrder: GraphWorkerOrder = 'close';

async function makeFolder(path: string): Promise<Result<string>> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    return { ok: false, failure: writeFailure({ error, path, what: 'The folder' }) };
  }
  const ignored = await keepIgnoreFile(path);
  return ignored.ok ? ok(path) : ignored;
}

function untilListening(worker: Worker): Promise<Result<string>> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number): void => {
      reject(new Error(`The thread of the embedded graph ended before it listened (${code}).`));
    };
    worker.once('error', reject);
    worker.once('exit', onExit);
    worker.once('message', (message: GraphWorkerMessage) => {
      worker.off('error', reject);
      worker.off('exit', onExit);
      if (message.kind === 'listening') resolve(ok(message.url));
      else if (message.kind === 'failed') resolve({ ok: false, failure: message.failure });
      else reject(message.error);
    });
  });
}
