import { parsePlainJson } from '@ginkoai/contract';
import { refused, type Refusal } from './answer.js';

export type ReadBody = { readonly kind: 'read'; readonly value: unknown } | Refusal;

export interface BodyLimit {
  readonly maxBytes: number;
  readonly code: 'body_too_large' | 'snapshot_too_large';
}

/** The JSON of a request's body; no more of it than the limit is ever held in memory. */
export async function readJsonBody(request: Request, limit: BodyLimit): Promise<ReadBody> {
  const contentType = request.headers.get('content-type') ?? '';
  if (!/^application\/json\s*(?:;\s*charset="?utf-8"?\s*)?$/i.test(contentType)) {
    return refused('unsupported_media_type', `The body must be application/json in UTF-8, got "${contentType}".`);
  }
  const text = await readText(request, limit.maxBytes);
  if (text === undefined) {
    const megabytes = limit.maxBytes / (1024 * 1024);
    return refused(limit.code, `The body of this request may have at most ${megabytes} MB. Send less at a time.`, {
      details: { maxBytes: limit.maxBytes },
    });
  }
  const parsed = parsePlainJson(text);
  return parsed.ok ? { kind: 'read', value: parsed.value } : refused('bad_request', parsed.failure.message);
}

/** `undefined`: too large. */
async function readText(request: Request, maxBytes: number): Promise<string | undefined> {
  const length = request.headers.get('content-length');
  if (length !== null) return Number(length) <= maxBytes ? request.text() : undefined;
  if (request.body === null) return '';
  const body: AsyncIterable<Uint8Array> = request.body;
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
