/** The entries themselves are linked, so that any of them leaves at once. An entry stands in one line at most. */
export interface Line<T> {
  first: T | null;
  last: T | null;
}

export interface LineEntry<T> {
  ahead: T | null;
  behind: T | null;
}

/** `ahead` stands in the line; null: the entry goes in front. */
export function joinBehind<T extends LineEntry<T>>(line: Line<T>, ahead: T | null, entry: T): void {
  const behind = ahead === null ? line.first : ahead.behind;
  entry.ahead = ahead;
  entry.behind = behind;
  if (ahead === null) line.first = entry;
  else ahead.behind = entry;
  if (behind === null) line.last = entry;
  else behind.ahead = entry;
}

/** Only for an entry that stands in the line. */
export function leaveLine<T extends LineEntry<T>>(line: Line<T>, entry: LineEntry<T>): void {
  const { ahead, behind } = entry;
  if (ahead === null) line.first = behind;
  else ahead.behind = behind;
  if (behind === null) line.last = ahead;
  else behind.ahead = ahead;
  entry.ahead = null;
  entry.behind = null;
}
