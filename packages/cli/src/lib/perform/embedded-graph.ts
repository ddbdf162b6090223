import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ok, type EmbeddedGraphFile, type EpochMillis, type Millis, type Result } from '@ginkoai/contract';
import { ownIdentity } from './agents/process-identity.js';
import { removeEmbeddedGraphFile, writeEmbeddedGraphFile } from './embedded-graph-file.js';
import { EmbeddedGraphThread } from './embedded-graph-thread.js';
import { writeFailure } from './file-failure.js';
import { keepIgnoreFile } from './ignore-file.js';

export { readEmbeddedGraphFile } from './embedded-graph-file.js';

export interface EmbeddedGraphOptions {
  /** The working copy: the folder that holds `.ginko`. */
  readonly root: string;
  readonly leaseTtlMs?: Millis;
  /** One that was started before, to serve this graph; absent: one is started now. */
  readonly thread?: Result<EmbeddedGraphThread> | undefined;
  readonly now?: () => EpochMillis;
  /** Hears of errors inside the graph, which goes on, and of its end if nobody asked for that. */
  readonly onError?: (error: Error) => void;
}

export interface EmbeddedGraph {
  readonly url: string;
  readonly token: string;
  close(): Promise<void>;
}

/**
 * Serves `.ginko/graph.db` on a loopback port, from a thread of this process, and says so in `.ginko/graph.json`.
 * Other processes may serve the same file; `graph.json` names the newest. The thread does not keep the process alive.
 * Failures: those of the database (`bad_state`, `newer_version`, ...), `file_unwritable`, `disk_full`.
 */
export async function startEmbeddedGraph(options: EmbeddedGraphOptions): Promise<Result<EmbeddedGraph>> {
  const { root, leaseTtlMs } = options;
  const started = options.thread ?? EmbeddedGraphThread.start();
  if (!started.ok) return started;
  const thread = started.value;
  const folder = await makeFolder(join(root, '.ginko'));
  if (!folder.ok) {
    await thread.close();
    return folder;
  }
  const token = randomBytes(32).toString('base64url');
  const database = join(folder.value, 'graph.db');
  const listening = await thread.serve(
    { database, token, ...(leaseTtlMs === undefined ? {} : { leaseTtlMs }) },
    options.onError ?? (() => undefined),
  );
  if (!listening.ok) return listening;

  const startedAt = new Date((options.now ?? Date.now)()).toISOString();
  const file: EmbeddedGraphFile = { url: listening.value, token, ...ownIdentity(), startedAt };
  const close = async (): Promise<void> => {
    await thread.close();
    await removeEmbeddedGraphFile(root, file);
  };
  const written = await writeEmbeddedGraphFile(root, file);
  if (!written.ok) {
    await close();
    return written;
  }
  return ok({ url: file.url, token, close });
}

async function makeFolder(path: string): Promise<Result<string>> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    return { ok: false, failure: writeFailure({ error, path, what: 'The folder' }) };
  }
  const ignored = await keepIgnoreFile(path);
  return ignored.ok ? ok(path) : ignored;
}
