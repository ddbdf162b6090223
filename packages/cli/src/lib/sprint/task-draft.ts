import type { FieldName } from './field-line.js';
import type { TaskHeading } from './task-heading.js';

export interface WrittenValue {
  readonly text: string;
  readonly line: number;
}

export interface WrittenDependency {
  readonly kind: 'depends' | 'blocked_by';
  readonly value: WrittenValue;
}

/** A task as it stands in the file, before its words are understood. */
export interface TaskDraft {
  readonly heading: TaskHeading;
  readonly line: number;
  readonly level: number;
  readonly start: number;
  end: number;
  /** The first value of each field. */
  readonly values: Partial<Record<FieldName, WrittenValue>>;
  /** The values of all dependency fields and of the list items below them, in file order. */
  dependencies: WrittenDependency[];
  files: string[];
  capabilities: string[];
  /** Fields that stand in a list, where they do not count. */
  inLists: { readonly name: FieldName | null; readonly line: number }[];
}
