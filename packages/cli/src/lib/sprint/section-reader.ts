import { fieldsOf, plainFieldOf, type Field } from './field-line.js';
import type { LineScanner } from './line-scanner.js';
import { isRuler } from './ruler.js';

/** A field whose value goes on below its line: `list` in list items, `block` in a fence. */
type Continued =
  { readonly kind: 'list'; readonly name: ListName } | { readonly kind: 'block'; readonly name: BlockName };

export type ListName = 'blocked_by' | 'capabilities' | 'depends' | 'files';
export type BlockName = 'run' | 'verify';

/** What a line of a task's section is to the task. */
export type SectionLine =
  | { readonly kind: 'fields'; readonly fields: readonly Field[] }
  /** Fields in a list item: they do not count. */
  | { readonly kind: 'list_fields'; readonly fields: readonly Field[] }
  /** A list item below `**Files:**` and the like. */
  | { readonly kind: 'list_value'; readonly name: ListName }
  /** The opening fence, a line, or the closing fence of a block below `**Run:**`. */
  | { readonly kind: 'block_open' | 'block_value' | 'block_close'; readonly name: BlockName }
  | { readonly kind: 'body' }
  /** A line behind the ruler that closes the task; its fields are the sprint's. */
  | { readonly kind: 'behind' };

const body: SectionLine = { kind: 'body' };

/**
 * Takes the lines of a task's section in order, and says which of them carry fields. Fields are read in the task's
 * own text and below plain sub-headings (`#### Details`), not below those that name a thing of their own
 * (`#### Step 2`, `#### BUG-7: ...`), nor behind a ruler.
 */
export class SectionReader {
  private isOpen = true;
  private hasContent = false;
  private isInParagraph = false;
  private isBehindRuler = false;
  private continued: Continued | null = null;
  private block: BlockName | null = null;

  constructor(private readonly text: string) {}

  /** Another task's section begins: nothing of the one before it goes on. */
  begin(): void {
    this.isOpen = true;
    this.hasContent = false;
    this.isInParagraph = false;
    this.isBehindRuler = false;
    this.continued = null;
    this.block = null;
  }

  take(scanner: LineScanner): SectionLine {
    const line = this.read(scanner);
    this.hasContent ||= scanner.kind !== 'blank';
    this.isInParagraph = scanner.kind === 'item' || (scanner.kind === 'text' && line.kind !== 'fields');
    return line;
  }

  private read(scanner: LineScanner): SectionLine {
    switch (scanner.kind) {
      case 'heading':
        this.isOpen &&= isPlainSubheading(this.text.slice(scanner.content, scanner.end));
        return this.leave();
      case 'bold':
        if (this.isBehindRuler) return { kind: 'behind' };
        return this.isOpen ? this.takeFields(scanner) : body;
      case 'blank':
        return body;
      case 'item':
        if (this.continued?.kind === 'list') return { kind: 'list_value', name: this.continued.name };
        this.leave();
        return this.isOpen ? this.listFields(scanner) : body;
      case 'fence_open':
        if (this.continued?.kind !== 'block') return this.leave();
        this.block = this.continued.name;
        this.continued = null;
        return { kind: 'block_open', name: this.block };
      case 'code':
        return this.block === null ? body : { kind: 'block_value', name: this.block };
      case 'fence_close':
        return this.closeBlock();
      case 'text':
        this.isBehindRuler ||= this.hasContent && isRuler(this.text.slice(scanner.start, scanner.end));
        this.isOpen &&= !this.isBehindRuler;
        return this.takePlainField(scanner);
      case 'comment':
        return this.leave();
    }
  }

  /** A line that goes on from the one before it is prose, however it starts. */
  private takePlainField({ start, content, end }: LineScanner): SectionLine {
    const isField = this.isOpen && !this.isInParagraph && content === start;
    const field = isField ? plainFieldOf(this.text, start, end) : null;
    return field === null ? this.leave() : this.continueBy([field]);
  }

  private listFields({ inner, end }: LineScanner): SectionLine {
    return this.text.startsWith('**', inner) ? { kind: 'list_fields', fields: fieldsOf(this.text, inner, end) } : body;
  }

  private takeFields(scanner: LineScanner): SectionLine {
    return this.continueBy(fieldsOf(this.text, scanner.content, scanner.end));
  }

  private continueBy(fields: readonly Field[]): SectionLine {
    const last = fields.at(-1);
    if (last === undefined) return this.leave();
    this.continued = continuedBy(last);
    return { kind: 'fields', fields };
  }

  private closeBlock(): SectionLine {
    const name = this.block;
    this.block = null;
    return name === null ? body : { kind: 'block_close', name };
  }

  private leave(): SectionLine {
    this.continued = null;
    return body;
  }
}

function continuedBy({ name, valueStart, valueEnd }: Field): Continued | null {
  if (valueStart !== valueEnd) return null;
  switch (name) {
    case 'blocked_by':
    case 'capabilities':
    case 'depends':
    case 'files':
      return { kind: 'list', name };
    case 'run':
    case 'verify':
      return { kind: 'block', name };
    default:
      return null;
  }
}

function isPlainSubheading(heading: string): boolean {
  return !/[0-9:]|^#+\s*(?:sub|step|part|option)/i.test(heading);
}
