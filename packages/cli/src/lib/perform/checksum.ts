import { crc32 } from 'node:zlib';

/** CRC-32 of the content (text as UTF-8), as eight hexadecimal digits. */
export function checksumOf(content: string | Uint8Array): string {
  return checksumText(crc32(content));
}

/** The same form for a CRC-32 that was added up in slices. */
export function checksumText(crc: number): string {
  return crc.toString(16).padStart(8, '0');
}
