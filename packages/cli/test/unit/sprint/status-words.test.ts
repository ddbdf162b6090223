import { readStatus } from '../../../src/lib/sprint/status-words.js';

const statusOf = (text: string): string => {
  const { status, blockedReason, isKnown } = readStatus(text);
  return isKnown ? (blockedReason ?? status) : `unknown, ${status}`;
};

describe('a status text', () => {
  it.each([
    ['[ ]', 'pending'],
    ['[ ] Not Started', 'pending'],
    ['[x] Complete', 'complete'],
    ['[X] PARTIAL', 'complete'],
    ['[x] FIXED', 'complete'],
    ['[@] In Progress (Partial)', 'in_progress'],
    ['[Z] Deferred (moved)', 'paused'],
    ['[z]', 'paused'],
    ['[Z] Blocked (BUG-002)', 'paused'],
    ['[~]', 'in_progress'],
    ['[-]', 'cancelled'],
    ['[!] needs a key', 'person'],
    ['[✅] yes', 'complete'],
    ['`[x]` Complete', 'complete'],
    ['[ ] Complete', 'pending'],
    ['Complete [x]', 'complete'],
    ['In review [ ]', 'pending'],
    ['~~[ ] Not Started~~ [x] Complete', 'complete'],
    ['<!-- one of [ ] [x] --> [@]', 'in_progress'],
  ])('with a mark: %s', (text, status) => {
    expect(statusOf(text)).toBe(status);
  });

  it.each([
    ['✅ Complete (2025-11-19)', 'complete'],
    ['🚧 In Progress (Phase 1 Complete - 2025-11-21)', 'in_progress'],
    ['⊘ Cancelled - obsoleted by TASK-11', 'cancelled'],
    ['**COMPLETE** ✅', 'complete'],
    ['Done', 'complete'],
    ['finished', 'complete'],
    ['Not Started', 'pending'],
    ['not_started', 'pending'],
    ['Not Started Yet', 'pending'],
    ['Not complete', 'pending'],
    ['Todo', 'pending'],
    ['TO-DO', 'pending'],
    ['🚧 Planned', 'pending'],
    ['🚧 Ready to Start', 'pending'],
    ['Open', 'pending'],
    ['In-Progress', 'in_progress'],
    ['WIP', 'in_progress'],
    ['Mostly complete', 'in_progress'],
    ['Deferred', 'paused'],
    ['On hold', 'paused'],
    ['DROPPED', 'cancelled'],
    ["Won't do", 'cancelled'],
    ['Blocked by legal', 'person'],
    ['~~In Progress~~ Done', 'complete'],
    ['Complete, at last', 'complete'],
    ['Already done', 'complete'],
    ['Fully implemented (2026-01-04)', 'complete'],
    ['Moved to Sprint 3', 'paused'],
    ['Carried over', 'paused'],
    ['Out of scope', 'cancelled'],
    ['Replaced by TASK-4', 'cancelled'],
    ['In progress <!-- was: Complete -->', 'in_progress'],
  ])('with words: %s', (text, status) => {
    expect(statusOf(text)).toBe(status);
  });

  it.each([
    ['100%', 'complete'],
    ['✅ 100% (4/4 tasks)', 'complete'],
    ['75% complete', 'in_progress'],
    ['0 %', 'pending'],
    ['✅', 'complete'],
    ['✔️ shipped to everybody', 'complete'],
    ['✅ Phase 1 complete, Phase 2 in progress', 'in_progress'],
    ['✅ Works, not yet deployed', 'in_progress'],
    ['🚧', 'in_progress'],
    ['⏸️', 'paused'],
    ['⬜ later', 'pending'],
  ])('with a number or a symbol: %s', (text, status) => {
    expect(statusOf(text)).toBe(status);
  });

  it.each([
    'Perhaps',
    '🚧 Waiting for VM Setup',
    '[?]',
    '[link](x)',
    '[]',
    '[',
    'see [x](y)',
    '12 of 20',
    '~~half',
    'Phase [a] done',
  ])('that nobody can follow counts as pending: %s', (text) => {
    expect(statusOf(text)).toBe('unknown, pending');
  });
});
