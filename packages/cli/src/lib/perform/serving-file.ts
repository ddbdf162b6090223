import { rm } from 'node:fs/promises';
import { failed, ok, parsePlainJson, servingFileSchema, type Result, type ServingFile } from '@ginkoai/contract';
import { isSameProcess, ownIdentity } from './agents/process-identity.js';
import { readLimited } from './read-limited.js';
import { writeAtomically } from './write-atomically.js';

const what = 'The note of who serves the database';
const maxBytes = 64 * 1024;

/** The `ginko graph serve` that has this database now; null: none. */
export async function readServingFile(database: string): Promise<ServingFile | null> {
  const bytes = await readLimited({ path: pathOf(database), what, maxBytes });
  if (!bytes.ok || bytes.value === undefined) return null;
  const json = parsePlainJson(bytes.value.toString('utf8'));
  const file = json.ok ? servingFileSchema.safeParse(json.value) : null;
  return file?.success === true && isSameProcess(file.data) ? file.data : null;
}

/** Failure `bad_option`: another process serves the database already. */
export async function refuseServed(database: string): Promise<Result<null>> {
  const other = await readServingFile(database);
  if (other === null) return ok(null);
  return failed(
    'bad_option',
    `The database ${database} is served by another ginko graph serve already: process ${other.pid}, on ${other.url}, ` +
      `since ${other.startedAt}. Use that one, stop it, or name another file with --database.`,
  );
}

/** Says that this process serves the database, until the function that comes back is called. */
export async function noteServing(
  database: string,
  { url, startedAt }: Pick<ServingFile, 'url' | 'startedAt'>,
): Promise<Result<() => Promise<void>>> {
  const file: ServingFile = { url, startedAt, ...ownIdentity() };
  const content = Buffer.from(`${JSON.stringify(file, null, 2)}\n`);
  const written = await writeAtomically({ path: pathOf(database), chunks: [content], what });
  if (!written.ok) return written;
  return ok(async () => {
    const now = await readServingFile(database);
    if (now?.pid === file.pid) await rm(pathOf(database), { force: true });
  });
}

const pathOf = (database: string): string => `${database}.serving`;
