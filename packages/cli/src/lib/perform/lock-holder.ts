import { join } from 'node:path';
import { lockHolderSchema, parsePlainJson, type LockHolder } from '@ginkoai/contract';
import { readLimited } from './read-limited.js';

/** Whom the lock of an epic names, alive or not, without taking it; null: nobody, or it cannot be told. */
export async function readLockHolder(directory: string): Promise<LockHolder | null> {
  const bytes = await readLimited({ path: join(directory, 'lock'), what: 'The lock', maxBytes: 64 << 10 });
  if (!bytes.ok || bytes.value === undefined) return null;
  const json = parsePlainJson(bytes.value.toString('utf8'));
  const holder = json.ok ? lockHolderSchema.safeParse(json.value) : null;
  return holder?.success === true ? holder.data : null;
}
