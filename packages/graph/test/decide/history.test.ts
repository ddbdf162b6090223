import { outdatedStates, type HistoryEntry } from '../../src/decide/history.js';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const noon = Date.UTC(2026, 5, 30, 12);

/** Newest first, one a minute up to noon, with the greatest id first. */
function states(count: number): HistoryEntry[] {
  return Array.from({ length: count }, (_, index) => ({ id: count - index, persistedAt: noon - index * minuteMs }));
}

describe('what the history of states keeps', () => {
  it('keeps the newest hundred', () => {
    expect(outdatedStates(states(100), noon)).toEqual([]);
    expect(outdatedStates(states(103), noon)).toEqual([3, 2, 1]);
  });

  it('keeps the last one of each earlier day', () => {
    const yesterday = Date.UTC(2026, 5, 29, 23, 59);
    const older = [
      { id: -1, persistedAt: yesterday },
      { id: -2, persistedAt: yesterday - minuteMs },
      { id: -3, persistedAt: yesterday - dayMs },
    ];
    expect(outdatedStates([...states(100), ...older], noon)).toEqual([-2]);
  });

  it('keeps no day longer than thirty days', () => {
    const older = [29, 30, 31].map((days) => ({ id: -days, persistedAt: noon - days * dayMs }));
    expect(outdatedStates([...states(100), ...older], noon)).toEqual([-31]);
  });
});
