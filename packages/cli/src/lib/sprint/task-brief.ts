import { isRuler } from './ruler.js';
import type { TaskSection } from './section-lines.js';

/**
 * The Markdown of a task's own section, heading first, as an agent gets it: without the ruler that parts it from the
 * next task, lines ended by `\n`.
 */
export function taskBody(text: string, task: TaskSection): string {
  const lines = text.slice(task.start, task.end).split(/\r?\n|\r/);
  const last = lines.findLastIndex((line, at) => at === 0 || !isPadding(line));
  return `${lines.slice(0, last + 1).join('\n')}\n`;
}

function isPadding(line: string): boolean {
  return line.trim() === '' || isRuler(line);
}
