import { fieldsOf, type Field, type FieldName } from './field-line.js';
import { readFrontMatter, type FrontMatter } from './front-matter.js';
import { LineScanner } from './line-scanner.js';
import { namedFiles } from './named-files.js';
import { SectionReader, type BlockName, type ListName } from './section-reader.js';
import type { TaskDraft, WrittenValue } from './task-draft.js';
import { readTaskHeading, type HeadingStyle } from './task-heading.js';

/** A sprint file cut into its parts, before their words are understood. */
export interface Outline {
  readonly frontMatter: FrontMatter;
  readonly title: string | null;
  readonly sprintId: WrittenValue | null;
  readonly epic: WrittenValue | null;
  readonly tasks: readonly TaskDraft[];
  /** Task-like headings whose id must not become part of a path. */
  readonly unsafeIds: readonly WrittenValue[];
  /** Headings that would be tasks in a file of labels, while this one has ids. */
  readonly labels: readonly { readonly id: string; readonly heading: string; readonly line: number }[];
  readonly headings: number;
  readonly hasTaskSection: boolean;
  /** The line of a fence that is open at the end of the file; 0: none is. */
  readonly unclosedFence: number;
}

/** Cuts a file into tasks: by ids, or by labels such as `Task 3` where no heading has an id. */
export function readOutline(text: string): Outline {
  const byIds = new OutlineReader(text, 'ids').read();
  if (byIds.tasks.length > 0 || byIds.labels.length === 0) return byIds;
  return new OutlineReader(text, 'labels').read();
}

class OutlineReader {
  private readonly tasks: TaskDraft[] = [];
  private readonly unsafeIds: WrittenValue[] = [];
  private readonly labels: { id: string; heading: string; line: number }[] = [];
  private title: string | null = null;
  private sprintId: WrittenValue | null = null;
  private epic: WrittenValue | null = null;
  private headings = 0;
  private hasTaskSection = false;
  private section: { readonly task: TaskDraft; readonly reader: SectionReader } | null = null;
  private blockStart = 0;

  constructor(
    private readonly text: string,
    private readonly style: HeadingStyle,
  ) {}

  read(): Outline {
    const { text } = this;
    const frontMatter = readFrontMatter(text);
    const scanner = new LineScanner(text, {
      from: frontMatter.end,
      to: text.length,
      firstLine: frontMatter.nextLine,
    });
    while (scanner.advance()) {
      if (scanner.kind === 'heading') this.takeHeading(scanner);
      if (this.section !== null) this.takeSectionLine(scanner, this.section);
      else if (scanner.kind === 'bold') this.takeSprintFields(scanner);
    }
    if (this.section !== null) this.section.task.end = text.length;
    const { title, sprintId, epic, tasks, unsafeIds, labels, headings, hasTaskSection } = this;
    const unclosedFence = scanner.fenceLine;
    return { frontMatter, title, sprintId, epic, tasks, unsafeIds, labels, headings, hasTaskSection, unclosedFence };
  }

  private takeHeading(scanner: LineScanner): void {
    const { level, line } = scanner;
    this.headings += 1;
    const written = this.text.slice(scanner.content, scanner.end);
    const words = written.slice(level).trim();
    if (level === 1) this.title ??= words;
    if (/\btasks\b/i.test(words.slice(0, 60))) this.hasTaskSection = true;
    const heading = level < 2 || level > 4 ? null : readTaskHeading(written, this.style);
    if (heading?.kind === 'task') {
      this.endSection(scanner.start);
      const task: TaskDraft = {
        heading,
        line,
        level,
        start: scanner.start,
        end: scanner.start,
        values: {},
        dependencies: [],
        files: [],
        capabilities: [],
      };
      this.tasks.push(task);
      this.section = { task, reader: new SectionReader(this.text) };
      return;
    }
    if (heading?.kind === 'unsafe_id') this.unsafeIds.push({ text: heading.id, line });
    if (this.section !== null && level <= this.section.task.level) this.endSection(scanner.start);
    if (this.style === 'labels' || level < 2 || level > 4) return;
    const label = readTaskHeading(written, 'labels');
    if (label?.kind === 'task') this.labels.push({ id: label.id, heading: words, line });
  }

  private endSection(at: number): void {
    if (this.section !== null) this.section.task.end = at;
    this.section = null;
  }

  private takeSectionLine(scanner: LineScanner, { task, reader }: NonNullable<typeof this.section>): void {
    if (scanner.line === task.line) return;
    const line = reader.take(scanner);
    switch (line.kind) {
      case 'fields':
        for (const field of line.fields) addValue(task, field.name, this.valueOf(field, scanner.line));
        break;
      case 'list_value':
        addItem(task, line.name, { text: this.itemText(scanner), line: scanner.line });
        break;
      case 'block_open':
        this.blockStart = scanner.next;
        break;
      case 'block_close':
        this.takeBlock(task, line.name, scanner);
        break;
      case 'behind':
        this.takeSprintFields(scanner);
        break;
      case 'block_value':
      case 'body':
        break;
    }
  }

  private takeBlock(task: TaskDraft, name: BlockName, scanner: LineScanner): void {
    if (task.values[name]?.text !== '') return;
    const text = this.text.slice(this.blockStart, scanner.start).replaceAll('\r\n', '\n').replace(/\n$/, '');
    task.values[name] = { text, line: scanner.line };
  }

  private takeSprintFields(scanner: LineScanner): void {
    for (const field of fieldsOf(this.text, scanner.content, scanner.end)) {
      if (field.name === 'sprint_id') this.sprintId ??= this.valueOf(field, scanner.line);
      if (field.name === 'epic') this.epic ??= this.valueOf(field, scanner.line);
    }
  }

  private valueOf(field: Field, line: number): WrittenValue {
    return { text: this.text.slice(field.valueStart, field.valueEnd), line };
  }

  /** A list item without its marker and its box. */
  private itemText(scanner: LineScanner): string {
    const item = this.text.slice(scanner.content, scanner.end);
    return item.replace(/^(?:[-*+]|\d{1,9}[.)])(?:[ \t]+|$)(?:\[[^\]]\](?:[ \t]+|$))?/, '');
  }
}

function addValue(task: TaskDraft, name: FieldName | null, value: WrittenValue): void {
  if (name === null) return;
  task.values[name] ??= value;
  if (name === 'depends' || name === 'blocked_by' || name === 'files' || name === 'capabilities')
    addItem(task, name, value);
}

function addItem(task: TaskDraft, name: ListName, value: WrittenValue): void {
  if (name === 'files') task.files.push(...namedFiles(value.text));
  else if (name === 'capabilities') task.capabilities.push(value.text);
  else task.dependencies.push({ kind: name, value });
}
