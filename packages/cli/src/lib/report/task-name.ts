import type { TaskId } from '@ginkoai/contract';
import { span, type Span } from './styled-line.js';

/** `TASK-3 Render pages`; the id alone where the title is not known. */
export function taskName(taskId: TaskId, title: string): Span[] {
  return [span(taskId, 'strong'), span(title === '' ? '' : ` ${title}`)];
}
