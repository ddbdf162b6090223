import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { embeddedGraphFileSchema, parsePlainJson, type EmbeddedGraphFile, type Result } from '@ginkoai/contract';
import { isSameProcess } from './agents/process-identity.js';
import { readLimited } from './read-limited.js';
import { writeAtomically } from './write-atomically.js';

const what = 'The address of the embedded graph';
const maxBytes = 64 * 1024;

/** Where the embedded graph of this working copy listens; `null`: no process serves it now. */
export async function readEmbeddedGraphFile(root: string): Promise<EmbeddedGraphFile | null> {
  const file = await readFileAsItIs(root);
  return file !== null && isSameProcess(file) ? file : null;
}

/** Only for the owner: it holds the token. */
export function writeEmbeddedGraphFile(root: string, file: EmbeddedGraphFile): Promise<Result<void>> {
  const content = Buffer.from(`${JSON.stringify(file, null, 2)}\n`);
  return writeAtomically({ path: pathOf(root), chunks: [content], what });
}

/** Leaves it alone if another process has put its own there meanwhile. */
export async function removeEmbeddedGraphFile(root: string, own: EmbeddedGraphFile): Promise<void> {
  const file = await readFileAsItIs(root);
  if (file?.token === own.token) await rm(pathOf(root), { force: true });
}

/** One that is missing, damaged or of another form names no process that could be asked: the next one replaces it. */
async function readFileAsItIs(root: string): Promise<EmbeddedGraphFile | null> {
  const content = await readLimited({ path: pathOf(root), what, maxBytes });
  if (!content.ok || content.value === undefined) return null;
  const parsed = parsePlainJson(content.value.toString('utf8'));
  if (!parsed.ok) return null;
  const file = embeddedGraphFileSchema.safeParse(parsed.value);
  return file.success ? file.data : null;
}

function pathOf(root: string): string {
  return join(root, '.ginko', 'graph.json');
}
