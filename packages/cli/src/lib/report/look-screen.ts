import type { EpochMillis } from '@ginkoai/contract';
import { countText } from './count-text.js';
import type { Output } from './output.js';
import { ScreenPainter, type BlockLine } from './screen-painter.js';
import { fitLine, lineOf, lineWidth, noColors, renderLine, span, type StyledLine } from './styled-line.js';
import { clockTime } from './time-text.js';

/** A view that is drawn over itself, at the foot of a terminal. */
export interface LookScreen {
  draw(lines: readonly StyledLine[]): void;
  /** A line that stays above the view. */
  tell(text: string, at: EpochMillis): void;
  /** Leaves what was drawn last. */
  end(): void;
}

export async function createLookScreen(output: Output): Promise<LookScreen> {
  const palette = output.hasColors ? (await import('./chalk-palette.js')).chalkPalette : noColors;
  const painter = new ScreenPainter(output);
  let drawn: readonly StyledLine[] = [];
  const block = (): BlockLine[] => {
    const columns = Math.max(1, output.columns());
    const fitting = fitHeight(drawn, Math.max(1, output.rows() - 1)).map((line) => fitLine(line, columns));
    return fitting.map((line) => ({ text: renderLine(line, palette), width: lineWidth(line) }));
  };
  const rendered = (lines: readonly StyledLine[]): string[] => lines.map((line) => renderLine(line, palette));
  return {
    draw: (lines) => {
      drawn = lines;
      painter.draw([], block());
    },
    tell: (text, at) => painter.draw(rendered([lineOf(span(`${clockTime(at)}  `, 'faint'), text)]), block()),
    // The block goes, so that the cursor comes back, and its lines stay as ordinary ones.
    end: () => painter.draw(rendered(drawn), []),
  };
}

function fitHeight(lines: readonly StyledLine[], rows: number): readonly StyledLine[] {
  if (lines.length <= rows) return lines;
  const more = lines.length - (rows - 1);
  return [...lines.slice(0, rows - 1), lineOf(span(`and ${countText(more)} more lines`, 'faint'))];
}
