/** Whether a line is a ruler such as `---` or `* * *`. */
export function isRuler(line: string): boolean {
  return /^[ \t]*([-*_])(?:[ \t]*\1){2,}[ \t]*$/.test(line);
}
