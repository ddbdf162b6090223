const ranks: Readonly<Record<string, number>> = { CRITICAL: 0, HIGH: 1, MEDIUM: 2, LOW: 3 };
const ordinary = 2;

/** Smaller is more urgent: `CRITICAL HIGH MEDIUM LOW`, `P0`..`P4`, or a number (1 before 2); none counts as medium. */
export function priorityRank(priority: string | null): number {
  if (priority === null) return ordinary;
  const word = priority.trim().toUpperCase();
  const named = ranks[word];
  if (named !== undefined) return named;
  const numbered = /^P?(\d{1,3})$/.exec(word);
  return numbered === null ? ordinary : Number(numbered[1]);
}
