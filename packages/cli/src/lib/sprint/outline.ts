import type { TaskId } from '@ginkoai/contract';
import { fieldsOf, type Field, type FieldName } from './field-line.js';
import { readFrontMatter, type FrontMatter } from './front-matter.js';
import { withoutComments } from './html-comments.js';
import { LineScanner } from './line-scanner.js';
import { namedFiles } from './named-files.js';
import { SectionReader, type BlockName, type ListName } from './section-reader.js';
import type { TaskDraft, WrittenValue } from './task-draft.js';
import { mentionedId, readTaskHeading, type HeadingStyle, type TaskHeading } from './task-heading.js';
import { canonicalId, isShortId, shortId } from './task-id.js';
import { withOne } from '../decide/with-one.js';

/** A sprint file cut into its parts, before their words are understood. */
export interface Outline {
  readonly frontMatter: FrontMatter;
  readonly title: string | null;
  readonly sprintId: WrittenValue | null;
  readonly epic: WrittenValue | null;
  /** The ids of the tasks, in file order. */
  readonly taskIds: readonly TaskId[];
  /** Task-like headings whose id must not become part of a path. */
  readonly unsafeIds: readonly WrittenValue[];
  /** Headings that would be tasks in a file of labels, while this one has ids. */
  readonly labels: readonly HeadingMention[];
  /** Headings that start with an id without being the heading of a task. */
  readonly mentions: readonly HeadingMention[];
  /** Headings such as `T01: ...` below the task `e008_s02_t01`, with its id: they speak of it once more. */
  readonly repetitions: readonly HeadingMention[];
  readonly headings: number;
  readonly hasTaskSection: boolean;
  /** The line of a fence that is open at the end of the file; 0: none is. */
  readonly unclosedFence: number;
}

export interface HeadingMention {
  readonly id: string;
  readonly heading: string;
  readonly line: number;
}

/**
 * Cuts a file into tasks: by ids, or by labels such as `Task 3` where no heading has an id. `take` gets each task when
 * its section ends.
 */
export function readOutline(text: string, take: TakeDraft): Outline {
  const byIds = new OutlineReader(text, { style: 'ids', take }).read();
  if (byIds.taskIds.length > 0 || byIds.labels.length === 0) return byIds;
  return new OutlineReader(text, { style: 'labels', take }).read();
}

type TakeDraft = (draft: TaskDraft) => void;

class OutlineReader {
  private readonly style: HeadingStyle;
  private readonly take: TakeDraft;
  private readonly taskIds: TaskId[] = [];
  private readonly unsafeIds: WrittenValue[] = [];
  private readonly labels: HeadingMention[] = [];
  private readonly mentions: HeadingMention[] = [];
  private readonly repetitions: HeadingMention[] = [];
  private readonly idsByShort = new Map<string, string>();
  /** How many tasks `idsByShort` knows. */
  private tasksCalled = 0;
  private title: string | null = null;
  private sprintId: WrittenValue | null = null;
  private epic: WrittenValue | null = null;
  private headings = 0;
  private hasTaskSection = false;
  /** The task whose section is being read, by `sectionReader`. */
  private task: TaskDraft | null = null;
  private readonly sectionReader: SectionReader;
  private blockStart = 0;

  constructor(
    private readonly text: string,
    { style, take }: { readonly style: HeadingStyle; readonly take: TakeDraft },
  ) {
    this.style = style;
    this.take = take;
    this.sectionReader = new SectionReader(text);
  }

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
      if (this.task !== null) this.takeSectionLine(scanner, this.task);
      else if (scanner.kind === 'bold') this.takeSprintFields(scanner);
    }
    this.endSection(text.length);
    const { title, sprintId, epic, taskIds, unsafeIds, headings, hasTaskSection } = this;
    const { labels, mentions, repetitions } = this;
    const others = { unsafeIds, labels, mentions, repetitions };
    return {
      frontMatter,
      title,
      sprintId,
      epic,
      taskIds,
      ...others,
      headings,
      hasTaskSection,
      unclosedFence: scanner.fenceLine,
    };
  }

  private takeHeading(scanner: LineScanner): void {
    const { level, line } = scanner;
    this.headings += 1;
    const written = this.text.slice(scanner.content, scanner.end);
    const isTaskLevel = level >= 2 && level <= 4;
    const heading = isTaskLevel ? readTaskHeading(written, this.style) : null;
    const repeated = heading?.kind === 'task' ? this.taskCalled(heading.id) : undefined;
    if (heading?.kind === 'task' && repeated === undefined) {
      this.startTask(heading, scanner);
      return;
    }
    const words = withoutComments(written.slice(level)).trim();
    if (level === 1) this.title ??= words;
    if (/\btasks\b/i.test(words.slice(0, 60))) this.hasTaskSection = true;
    if (heading?.kind === 'unsafe_id') this.unsafeIds.push({ text: heading.id, line });
    if (this.task !== null && level <= this.task.level) this.endSection(scanner.start);
    if (repeated !== undefined) this.repetitions.push({ id: repeated, heading: words, line });
    else if (this.style === 'ids' && isTaskLevel) this.takeOtherHeading({ written, words, line });
  }

  private startTask(heading: TaskHeading, { level, line, start }: LineScanner): void {
    this.endSection(start);
    this.task = {
      heading,
      line,
      level,
      start,
      end: start,
      values: {},
      dependencies: nothing,
      files: nothing,
      capabilities: nothing,
      inLists: nothing,
    };
    this.taskIds.push(heading.id);
    this.sectionReader.begin();
  }

  /** The task above that `t01` is short for. Most files have no such heading, so the ids are looked at when one comes. */
  private taskCalled(id: string): string | undefined {
    if (!isShortId(id)) return undefined;
    for (const above of this.taskIds.slice(this.tasksCalled)) {
      const short = shortId(above);
      if (short !== null) this.idsByShort.set(short, above);
    }
    this.tasksCalled = this.taskIds.length;
    return this.idsByShort.get(canonicalId(id));
  }

  private takeOtherHeading({ written, words, line }: { written: string; words: string; line: number }): void {
    const label = readTaskHeading(written, 'labels');
    if (label?.kind === 'task') this.labels.push({ id: label.id, heading: words, line });
    const id = label === null ? mentionedId(written) : null;
    if (id !== null) this.mentions.push({ id, heading: words, line });
  }

  private endSection(at: number): void {
    if (this.task === null) return;
    this.task.end = at;
    this.take(this.task);
    this.task = null;
  }

  private takeSectionLine(scanner: LineScanner, task: TaskDraft): void {
    if (scanner.line === task.line) return;
    const line = this.sectionReader.take(scanner);
    switch (line.kind) {
      case 'fields':
        for (const field of line.fields) addValue(task, field.name, this.valueOf(field, scanner.line));
        break;
      case 'list_fields':
        for (const { name } of line.fields) task.inLists = withOne(task.inLists, { name, line: scanner.line });
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
    return { text: withoutComments(this.text.slice(field.valueStart, field.valueEnd)).trim(), line };
  }

  /** A list item without its marker and its box. */
  private itemText({ inner, end }: LineScanner): string {
    return withoutComments(this.text.slice(inner, end)).replace(/^\[[^\]]\](?:[ \t]+|$)/, '');
  }
}

function addValue(task: TaskDraft, name: FieldName | null, value: WrittenValue): void {
  if (name === null) return;
  task.values[name] ??= value;
  if (name === 'depends' || name === 'blocked_by' || name === 'files' || name === 'capabilities')
    addItem(task, name, value);
}

function addItem(task: TaskDraft, name: ListName, value: WrittenValue): void {
  if (name === 'files') for (const file of namedFiles(value.text)) task.files = withOne(task.files, file);
  else if (name === 'capabilities') task.capabilities = withOne(task.capabilities, value.text);
  else task.dependencies = withOne(task.dependencies, { kind: name, value });
}

const nothing: never[] = [];
