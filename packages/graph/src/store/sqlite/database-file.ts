import { chmodSync, closeSync, fstatSync, lstatSync, openSync, readSync, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { failed, ok, type Result } from '@ginkoai/contract';
import { applicationId } from './schema.js';

/**
 * Looks at the file, by its bytes, before SQLite opens it: opening may already write (a journal left by a crash is
 * rolled back). Makes an empty one if there is none.
 */
export function prepareDatabaseFile(file: string): Result<void> {
  try {
    if (isNetworkFileSystem(statfsSync(dirname(file)).type)) {
      return failed(
        'bad_configuration',
        `The graph's database cannot be on a network file system, and ${file} is on one. Give a file on a local disk with --database.`,
      );
    }
    createIfMissing(file);
    if (lstatSync(file).isSymbolicLink()) {
      return failed('bad_configuration', `The graph's database ${file} is a symbolic link. Name the file itself.`);
    }
    const checked = checkHeader(file);
    if (checked.ok) closeToOthers(file);
    return checked;
  } catch (error) {
    return fileFailure(file, error);
  }
}

const networkFileSystems: ReadonlySet<number> = new Set([
  0x6969, // NFS
  0x517b, // SMB
  0xfe534d42, // SMB 2
  0xff534d42, // CIFS
  0x5346414f, // AFS
  0x00c36400, // Ceph
  0x01021997, // 9P, as WSL uses for Windows drives
  0x0bd00bd0, // Lustre
  0x73757245, // Coda
]);

/** By `f_type` of statfs(2). Locks and shared memory, which SQLite's WAL mode needs, do not reach over a network. */
export function isNetworkFileSystem(type: number): boolean {
  return process.platform === 'linux' && networkFileSystems.has(type >>> 0);
}

function createIfMissing(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

/** Tokens are in it as hashes only, but states tell what a team works on. */
function closeToOthers(file: string): void {
  if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600);
}

const headerBytes = 100;
const applicationIdAt = 68;
const magic = 'SQLite format 3\0';

function checkHeader(file: string): Result<void> {
  const descriptor = openSync(file, 'r');
  try {
    if (fstatSync(descriptor).size === 0) return ok(undefined);
    const header = Buffer.alloc(headerBytes);
    const length = readSync(descriptor, header, 0, headerBytes, 0);
    if (length < headerBytes || header.toString('latin1', 0, magic.length) !== magic) {
      return failed(
        'bad_state',
        `${file} is not a database, or is damaged. It was left as it is: move it away to start with an empty graph, or restore a backup.`,
      );
    }
    if (header.readUInt32BE(applicationIdAt) !== applicationId) {
      return failed(
        'bad_state',
        `${file} is a database of another program. It was left as it is: give another file with --database.`,
      );
    }
    return ok(undefined);
  } finally {
    closeSync(descriptor);
  }
}

function fileFailure(file: string, error: unknown): Result<never> {
  switch (codeOf(error)) {
    case undefined:
      throw error;
    case 'ENOENT':
      return failed(
        'file_unwritable',
        `The graph's database ${file} cannot be made: its folder does not exist. Make the folder, or give another file with --database.`,
      );
    case 'ENOSPC':
    case 'EDQUOT':
      return failed(
        'disk_full',
        `The graph's database ${file} cannot be made: the disk is full. Make room, or give a file on another disk.`,
      );
    default:
      return failed(
        'file_unwritable',
        `The graph's database ${file} cannot be opened (${codeOf(error)}). Check that you may write to it and to its folder.`,
      );
  }
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
