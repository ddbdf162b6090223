import { crc32 } from 'node:zlib';
import {
  closeSync,
  constants,
  existsSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** The system calls of a safe replacement that keeps four older generations, one after another, on bytes that are ready. */
export function saveBare(path, bytes) {
  const temporary = `${path}.tmp`;
  const file = openSync(
    temporary,
    constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW,
    0o600,
  );
  for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
  if (fstatSync(file).size !== bytes.length) throw new Error('The file has not the size that was written.');
  fsyncSync(file);
  closeSync(file);
  for (let generation = 4; generation > 0; generation -= 1) {
    const older = generation === 1 ? path : `${path}.${generation - 1}`;
    if (existsSync(older)) renameSync(older, `${path}.${generation}`);
  }
  renameSync(temporary, path);
  const directory = openSync(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY);
  fsyncSync(directory);
  closeSync(directory);
}

/** Reads, checks the checksum over the value's bytes, parses. */
export function loadBare(path) {
  const bytes = readFileSync(path);
  const { checksum } = /^\{"checksum":"(?<checksum>[0-9a-f]{8})"/.exec(bytes.toString('latin1', 0, 40)).groups;
  const start = bytes.indexOf('"checkpoint":') + '"checkpoint":'.length;
  const body = bytes.subarray(start, bytes.lastIndexOf('}'));
  if (crc32(body).toString(16).padStart(8, '0') !== checksum) throw new Error('The checksum does not match.');
  return JSON.parse(body.toString('utf8'));
}

export function appendBare(file, bytes) {
  writeSync(file, bytes);
  fdatasyncSync(file);
}
