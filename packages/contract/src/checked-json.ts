/**
 * A JSON object of two fields, a checksum and the value it covers, laid out so that the checksum can be judged on the
 * bytes as they are: `{"<checksum>":"xxxxxxxx","<value>":<JSON text>}`. The checksum is the CRC-32 of the value's
 * JSON text in UTF-8, as eight hexadecimal digits.
 */
export interface CheckedJson {
  /** What stands before the value's text. */
  head(checksum: string): string;
  /** What stands after it. */
  readonly tail: '}';
  /** Where the value's text lies in `bytes`; `undefined`: another layout, so there is nothing to check. */
  locate(bytes: Uint8Array): CheckedJsonParts | undefined;
}

export interface CheckedJsonParts {
  readonly checksum: string;
  /** Offset of the first byte of the value's text. */
  readonly start: number;
  /** Offset after its last byte. */
  readonly end: number;
}

const checksumLength = 8;
const closingBrace = '}'.charCodeAt(0);

export function checkedJson(fields: { readonly checksum: string; readonly value: string }): CheckedJson {
  const opening = `{"${fields.checksum}":"`;
  const middle = `","${fields.value}":`;
  const middleAt = opening.length + checksumLength;
  const start = middleAt + middle.length;
  return {
    head: (checksum) => opening + checksum + middle,
    tail: '}',
    locate(bytes) {
      const end = bytes.length - 1;
      if (end <= start || bytes[end] !== closingBrace) return undefined;
      if (!hasAscii(bytes, opening, 0) || !hasAscii(bytes, middle, middleAt)) return undefined;
      const checksum = String.fromCharCode(...bytes.subarray(opening.length, middleAt));
      return /^[0-9a-f]{8}$/.test(checksum) ? { checksum, start, end } : undefined;
    },
  };
}

function hasAscii(bytes: Uint8Array, text: string, at: number): boolean {
  for (let index = 0; index < text.length; index += 1) {
    if (bytes[at + index] !== text.charCodeAt(index)) return false;
  }
  return true;
}
