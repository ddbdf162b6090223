import type { EpochMillis, Millis } from '@ginkoai/contract';

export const historyLimits = { newest: 100, days: 30 } as const;

export interface HistoryEntry {
  readonly id: number;
  readonly persistedAt: EpochMillis;
}

const dayMs: Millis = 24 * 60 * 60 * 1000;

/** The ids of the states that need not be kept any longer: all but the newest, and the last one of each recent day (UTC). */
export function outdatedStates(newestFirst: readonly HistoryEntry[], now: EpochMillis): number[] {
  const outdated: number[] = [];
  const keptDays = new Set<number>();
  newestFirst.forEach(({ id, persistedAt }, index) => {
    const day = Math.floor(persistedAt / dayMs);
    const isLastOfRecentDay = !keptDays.has(day) && now - persistedAt <= historyLimits.days * dayMs;
    keptDays.add(day);
    if (index >= historyLimits.newest && !isLastOfRecentDay) outdated.push(id);
  });
  return outdated;
}
