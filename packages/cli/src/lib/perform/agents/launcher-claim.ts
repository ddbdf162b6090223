import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { launcherDescriptorSchema, type EpochMillis, type LauncherDescriptor } from '@ginkoai/contract';
import { errorCode } from './error-code.js';
import { removeSocket } from './launcher-files.js';
import { isSameProcess } from './process-identity.js';

/**
 * Who is the launcher of a working copy: the process named by the descriptor file with the greatest number, as long
 * as it lives. A number is taken by linking a finished file under its name, which only one process can do. The file
 * with the greatest number is never removed, not even by a launcher that ends: a rival that looked earlier could
 * otherwise take a number again and run beside the launcher that followed.
 */
export interface LauncherClaim {
  readonly launcherId: number;
  /** `null`: the file is damaged (power loss); its launcher is gone, its number is not. */
  readonly descriptor: LauncherDescriptor | null;
}

const draftPrefix = '.claim-';
/** A rival needs its draft for an instant only. */
const draftLivesMs = 60_000;
const descriptorName = /^([1-9]\d{0,14})\.json$/;
/** Each lost round means that another process took a number, so this many rivals are never met. */
const mostRounds = 1_000;

export function newestClaim(directory: string): LauncherClaim | null {
  const launcherId = Math.max(0, ...claimedNumbers(directory));
  return launcherId === 0 ? null : { launcherId, descriptor: readDescriptor(directory, launcherId) };
}

/** The descriptor of the launcher that lives, or `null`. */
export function livingLauncher(directory: string): LauncherDescriptor | null {
  const descriptor = newestClaim(directory)?.descriptor ?? null;
  return descriptor !== null && isSameProcess(descriptor) ? descriptor : null;
}

/** Whether the launcher is still the one that is found; not so when another followed, or the folder was removed. */
export function isNamed(directory: string, { launcherId, token }: LauncherDescriptor): boolean {
  const newest = existsSync(directory) ? newestClaim(directory) : null;
  // In a folder that was made anew another launcher has the same number.
  return newest?.launcherId === launcherId && (newest.descriptor === null || newest.descriptor.token === token);
}

/** Makes this process the launcher; `null` when another one is. */
export function claimLauncher(
  directory: string,
  describe: (launcherId: number) => LauncherDescriptor,
): LauncherDescriptor | null {
  for (let round = 0; round < mostRounds; round += 1) {
    if (livingLauncher(directory) !== null) return null;
    const descriptor = describe((newestClaim(directory)?.launcherId ?? 0) + 1);
    if (!publish(directory, descriptor)) {
      removeSocket(directory, descriptor);
      continue;
    }
    // The look above may have been overtaken by a launcher that started, ended and was followed.
    return newestClaim(directory)?.launcherId === descriptor.launcherId ? descriptor : null;
  }
  throw new Error(`No launcher number could be taken in ${directory} in ${mostRounds} rounds.`);
}

/** The descriptors of launchers before this one; they can be removed once this one holds its number. */
export function earlierClaims(directory: string, launcherId: number): LauncherClaim[] {
  return claimedNumbers(directory)
    .filter((number) => number < launcherId)
    .map((number) => ({ launcherId: number, descriptor: readDescriptor(directory, number) }));
}

/** Removes what launchers left that were killed while they made their claim. */
export function removeOldDrafts(directory: string, now: EpochMillis): void {
  for (const name of readdirSync(directory)) {
    if (!name.startsWith(draftPrefix)) continue;
    const path = join(directory, name);
    const madeAt = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now;
    if (now - madeAt > draftLivesMs) rmSync(path, { force: true });
  }
}

export function removeClaim(directory: string, launcherId: number): void {
  rmSync(join(directory, `${launcherId}.json`), { force: true });
}

function claimedNumbers(directory: string): number[] {
  return readdirSync(directory).flatMap((name) => {
    const number = descriptorName.exec(name)?.[1];
    return number === undefined ? [] : [Number(number)];
  });
}

function readDescriptor(directory: string, launcherId: number): LauncherDescriptor | null {
  let text: string;
  try {
    text = readFileSync(join(directory, `${launcherId}.json`), 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
  try {
    return launcherDescriptorSchema.parse(JSON.parse(text));
  } catch {
    // Not JSON or not a descriptor: both mean the same to every caller.
    return null;
  }
}

/** Whether the number was free. */
function publish(directory: string, descriptor: LauncherDescriptor): boolean {
  const draft = join(directory, `${draftPrefix}${randomBytes(8).toString('hex')}`);
  try {
    writeFileSync(draft, JSON.stringify(descriptor), { flag: 'wx', mode: 0o600 });
    linkSync(draft, join(directory, `${descriptor.launcherId}.json`));
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}
