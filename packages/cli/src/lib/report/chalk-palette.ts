import { Chalk } from 'chalk';
import type { Palette } from './styled-line.js';

// The sixteen basic colours, so that the terminal's own theme decides. Whether there are colours at all is the output's
// to know, hence the fixed level.
const chalk = new Chalk({ level: 1 });

export const chalkPalette: Palette = {
  plain: (text) => text,
  strong: (text) => chalk.bold(text),
  faint: (text) => chalk.dim(text),
  accent: (text) => chalk.cyan(text),
  command: (text) => chalk.cyan(text),
  good: (text) => chalk.green(text),
  caution: (text) => chalk.yellow(text),
  bad: (text) => chalk.red(text),
};
