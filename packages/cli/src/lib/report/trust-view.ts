import { cleanText } from './clean-text.js';
import { lineOf, span, type StyledLine } from './styled-line.js';

export interface JudgedCommand {
  readonly text: string;
  /** Where it stands, for people. */
  readonly where: string;
  readonly isApproved: boolean;
}

/** Every line of every command: what is approved has been seen. */
export function trustLines(commands: readonly JudgedCommand[]): StyledLine[] {
  return commands.flatMap(({ text, where, isApproved }) => [
    lineOf(
      isApproved ? span('✓ ', 'good') : span('? ', 'caution'),
      span(where, 'strong'),
      span(isApproved ? ' (approved)' : ' (not approved)', isApproved ? 'faint' : 'caution'),
    ),
    ...text.split(/\r\n|\r|\n/).map((line) => lineOf('    ', line)),
    ...hiddenLine(text),
  ]);
}

/** What cannot be printed safely would be run all the same. */
function hiddenLine(text: string): StyledLine[] {
  const visible = text.replace(/[\t\r\n]/g, ' ');
  const hidden = visible.length - cleanText(visible).length;
  if (hidden === 0) return [];
  return [lineOf('    ', span(`! It holds ${hidden} control or invisible characters that are not shown here.`, 'bad'))];
}
