/** A file that points elsewhere is short; a report that mentions many files is no pointer. */
const longestPointer = 2_000;

/** The Markdown file that a file without tasks, such as CURRENT-SPRINT.md, points to; null: none. */
export function pointedFile(text: string): string | null {
  if (text.length > longestPointer) return null;
  const names = text.match(/[^\s()[\]`"'<>|]+\.md\b/gi) ?? [];
  return names[0] ?? null;
}
