import { crc32 } from 'node:zlib';

/** CRC-32 of the parts in order (text as UTF-8), as eight hexadecimal digits. */
export function checksumOf(...parts: readonly (string | Uint8Array)[]): string {
  let value = 0;
  for (const part of parts) value = crc32(part, value);
  return value.toString(16).padStart(8, '0');
}
