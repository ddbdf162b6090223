const opening = '<!--';
const closing = '-->';

/** Blanks out the HTML comments inside a line, so that offsets stay. One that the line does not close is left. */
export function withoutComments(line: string): string {
  let text = '';
  let at = 0;
  for (let open = line.indexOf(opening); open !== -1; open = line.indexOf(opening, at)) {
    const close = line.indexOf(closing, open + opening.length);
    if (close === -1) break;
    const end = close + closing.length;
    text += line.slice(at, open) + ' '.repeat(end - open);
    at = end;
  }
  return at === 0 ? line : text + line.slice(at);
}
