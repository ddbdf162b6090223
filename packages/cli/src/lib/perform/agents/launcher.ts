import { randomBytes } from 'node:crypto';
import { rmSync, writeSync } from 'node:fs';
import * as z from 'zod';
import { launcherProtocol, unwrap, type LauncherDescriptor } from '@ginkoai/contract';
import { errorCode } from './error-code.js';
import { LauncherAttempts } from './launcher-attempts.js';
import { claimLauncher, earlierClaims, isNamed, removeClaim, removeOldDrafts } from './launcher-claim.js';
import { chooseSocketPath, journalName, journalPath, openLauncherDirectory, removeSocket } from './launcher-files.js';
import { LauncherJournal } from './launcher-journal.js';
import { removeJournals, replayJournals } from './launcher-replay.js';
import { LauncherServer } from './launcher-server.js';
import { recordsOf, type LauncherState } from './launcher-state.js';
import { ownIdentity } from './process-identity.js';

const argumentsSchema = z.tuple([z.string(), z.coerce.number().int().min(1)]);

const lookAtClaimMs = 2_000;

/** `launcher.js <root> <idleMs>`: runs until no attempt and no orchestrator needs it for `idleMs`. */
const [root, idleMs] = argumentsSchema.parse(process.argv.slice(2));
const now = (): number => Date.now();
const log = (line: string): void => {
  try {
    writeSync(2, `${new Date().toISOString()} ${process.pid} ${line}\n`);
  } catch (error) {
    // On a full disk there is no place to say so; that must not end the launcher.
    if (errorCode(error) === undefined) throw error;
  }
};

// A closed terminal and Ctrl-C are meant for the orchestrator.
process.on('SIGHUP', () => undefined);
process.on('SIGINT', () => undefined);

const directory = openedDirectory();
const identity = ownIdentity();
const descriptor = claimLauncher(directory, (launcherId) => ({
  protocol: launcherProtocol,
  launcherId,
  ...identity,
  socket: chooseSocketPath(directory, launcherId),
  token: randomBytes(32).toString('hex'),
}));
// When another launcher lives, this one is not needed: whoever started it finds the other.
if (descriptor !== null) await run(descriptor);

/** Whoever starts a launcher has made the folder. A working copy that was deleted since is not made anew. */
function openedDirectory(): string {
  const opened = unwrap(openLauncherDirectory(root));
  if (opened !== null) return opened;
  log('The folder of the launchers was removed: this one ends.');
  process.exit();
}

interface Heritage {
  readonly state: LauncherState;
  readonly journal: LauncherJournal;
  readonly warnings: readonly string[];
}

/** What the launchers before this one knew, in a journal of this one's own; then their files can go. */
async function takeOver(own: LauncherDescriptor): Promise<Heritage> {
  const { launcherId, pid, processStartedAt, bootId } = own;
  const { state, journals, warnings } = unwrap(await replayJournals({ directory, bootId, now: now() }));
  warnings.forEach(log);
  const journal = await LauncherJournal.create({
    path: journalPath(directory, launcherId),
    snapshot: function* () {
      // A new file would take the place of that of another launcher with the same number.
      ensureNamed(own);
      yield { t: 'launcher', id: launcherId, pid, from: processStartedAt, boot: bootId, at: now() };
      yield* recordsOf(state);
    },
    log,
  });
  await removeJournals(
    directory,
    journals.filter((name) => name !== journalName(launcherId)),
  );
  removeOldDrafts(directory, now());
  for (const earlier of earlierClaims(directory, launcherId)) {
    if (earlier.descriptor !== null) removeSocket(directory, earlier.descriptor);
    removeClaim(directory, earlier.launcherId);
  }
  return { state, journal, warnings };
}

/**
 * Ends this process if it is not the launcher any more. One that was stopped for long, or whose folder was removed,
 * must not go on beside the one that followed: it may still hold orders that were given to that one since.
 */
function ensureNamed(own: LauncherDescriptor): void {
  if (isNamed(directory, own)) return;
  log('Another launcher followed, or the folder of the launchers was removed: this one ends; its tasks go on.');
  process.exit();
}

async function run(own: LauncherDescriptor): Promise<void> {
  const { state, journal, warnings } = await takeOver(own);
  let idle: NodeJS.Timeout | undefined;
  const attempts = new LauncherAttempts({
    state,
    journal,
    tell: (...told) => server.tell(...told),
    now,
    onIdle: look,
    ensureNamed: () => ensureNamed(own),
  });
  const server = new LauncherServer({ descriptor: own, state, attempts, warnings, now, onDisconnect: look });
  attempts.adoptAll();
  await server.listen();

  /** Looks whether the launcher is still needed; one that is not waits a little before it ends. */
  function look(): void {
    clearTimeout(idle);
    if (isNeeded()) return;
    idle = setTimeout(() => {
      if (!isNeeded()) void end();
    }, idleMs);
  }

  function isNeeded(): boolean {
    return attempts.running > 0 || server.orchestrators > 0;
  }

  /** What was not forgotten waits in the journal for the next launcher, and so do agents that still run. */
  async function end(): Promise<void> {
    clearTimeout(idle);
    ensureNamed(own);
    server.close();
    removeSocket(directory, own);
    await journal.close();
    if (state.attempts.size === 0) rmSync(journalPath(directory, own.launcherId), { force: true });
    // Children that are left running would keep this process alive.
    process.exit();
  }

  // A launcher that nobody can find any more would wait for ever for its journal to be written.
  setInterval(() => ensureNamed(own), lookAtClaimMs).unref();
  process.once('SIGTERM', () => void end());
  look();
}
