import { LineScanner } from './line-scanner.js';
import { SectionReader, type SectionLine } from './section-reader.js';
import type { SprintTask } from './sprint.js';

/** The part of a task that says where its section stands. */
export type TaskSection = Pick<SprintTask, 'line' | 'start' | 'end'>;

/** The lines below a task's heading. `scanner` is one moving object: read it before the next line is asked for. */
export function* sectionLines(
  text: string,
  task: TaskSection,
): Generator<{ readonly scanner: LineScanner; readonly line: SectionLine }> {
  const scanner = new LineScanner(text, { from: task.start, to: task.end, firstLine: task.line });
  const reader = new SectionReader(text);
  scanner.advance();
  while (scanner.advance()) yield { scanner, line: reader.take(scanner) };
}
