import { createHash } from 'node:crypto';
import type { DefinitionHash } from '@ginkoai/contract';
import type { FieldName } from './field-line.js';
import type { LineScanner } from './line-scanner.js';
import { isRuler } from './ruler.js';
import { sectionLines, type TaskSection } from './section-lines.js';
import type { SectionLine } from './section-reader.js';
import type { SprintTask } from './sprint.js';

/** What changes while a task is worked on, without making it another task. */
const changing: ReadonlySet<FieldName | null> = new Set<FieldName>([
  'assignee',
  'blocked_by',
  'depends',
  'priority',
  'status',
]);

/**
 * The fingerprints of a task's text. Out of the body are left: the fields status, dependencies, priority and assignee,
 * the difference between `[x]` and `[ ]` in lists, blanks at line ends, blank lines, and rulers.
 */
export function hashDefinition(text: string, task: TaskSection & Pick<SprintTask, 'title'>): DefinitionHash {
  const lines: string[] = [];
  for (const { scanner, line } of sectionLines(text, task)) {
    const defining = definingText(text, scanner, line);
    if (defining !== '') lines.push(defining);
  }
  return { title: fingerprint(task.title), body: fingerprint(lines.join('\n')) };
}

function definingText(text: string, scanner: LineScanner, line: SectionLine): string {
  if (line.kind === 'fields') {
    const kept = line.fields.filter((field) => !changing.has(field.name));
    return kept.map((field) => text.slice(field.start, field.valueEnd)).join('\n');
  }
  if (line.kind === 'list_value' && changing.has(line.name)) return '';
  const written = text.slice(scanner.start, scanner.end);
  switch (scanner.kind) {
    case 'blank':
      return '';
    case 'item':
      return isRuler(written) ? '' : written.replace(/^(\s*\S+\s+)\[[^\]]\]/, '$1[ ]');
    case 'text':
    case 'bold':
      return isRuler(written) ? '' : written;
    default:
      return written;
  }
}

function fingerprint(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
