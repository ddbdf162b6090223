import type { EpicId } from '@ginkoai/contract';
import type { Sprint } from './sprint.js';

/** The key that a sprint's state is kept under: its epic's id, else its own, else the file's name as an id. */
export function stateKeyOf(sprint: Pick<Sprint, 'epicId' | 'sprintId'>, file: string): EpicId {
  return sprint.epicId ?? sprint.sprintId ?? idOfFile(file);
}

function idOfFile(file: string): string {
  const id = file
    .replace(/^.*[\\/]/s, '')
    .replace(/\.md$/i, '')
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 64);
  return id === '' ? 'sprint' : id;
}
