import { chooseActiveSprint, type SprintCandidate } from '../../../src/lib/sprint/active-sprint.js';
import { aSprint } from './sprint-builders.js';

interface Given {
  readonly name: string;
  readonly status?: string;
  readonly sprintId?: string;
  readonly tasks?: readonly string[];
  readonly at?: number;
  readonly pointsTo?: string;
}

function aCandidate({ name, status, sprintId, tasks = ['[ ]'], at = 0, pointsTo }: Given): SprintCandidate {
  const lines = [
    '---',
    'a: b',
    `sprint_id: ${sprintId ?? ''}`,
    ...(status === undefined ? [] : [`status: ${status}`]),
    '---',
  ];
  const sprint = aSprint(...lines, ...tasks.map((mark, index) => `### T${index}: a\n**Status:** ${mark}`));
  const candidate = { file: `docs/sprints/${name}`, name, modifiedAtMs: at, sprint };
  return pointsTo === undefined ? candidate : { ...candidate, pointsTo };
}

function choose(...given: readonly Given[]): string {
  const result = chooseActiveSprint(given.map(aCandidate));
  return result.ok
    ? `${result.value.chosen.name}: ${result.value.why}`
    : `${result.failure.code}: ${result.failure.message}`;
}

describe('the active sprint', () => {
  it('is the one declared active', () => {
    expect(
      choose({ name: 'CURRENT-SPRINT.md', at: 9 }, { name: 'a.md', status: 'Active' }, { name: 'b.md', at: 5 }),
    ).toBe('a.md: docs/sprints/a.md is declared active in its front matter');
  });

  it('is refused when two are declared active, with both named', () => {
    const said = choose({ name: 'a.md', status: 'active' }, { name: 'b.md', status: 'in_progress' });
    expect(said).toMatch(/^sprint_ambiguous: .*docs\/sprints\/a\.md and docs\/sprints\/b\.md/);
  });

  it('may be declared in CURRENT-SPRINT.md as well, as a copy', () => {
    const copy = { name: 'CURRENT-SPRINT.md', status: 'active', sprintId: 's1' };
    expect(choose(copy, { name: 'a.md', status: 'active', sprintId: 's1' })).toMatch(/^a\.md/);
    expect(choose(copy, { name: 'a.md', status: 'active', sprintId: 's2' })).toMatch(/^sprint_ambiguous/);
    expect(choose({ ...copy, sprintId: '' }, { name: 'a.md', status: 'active' })).toMatch(/^sprint_ambiguous/);
    expect(choose(copy)).toMatch(/^CURRENT-SPRINT\.md/);
  });

  it('is CURRENT-SPRINT.md when that has tasks', () => {
    expect(choose({ name: 'current-sprint.md', tasks: ['[x]'] }, { name: 'b.md', at: 5 })).toBe(
      'current-sprint.md: docs/sprints/current-sprint.md has tasks',
    );
  });

  it('is the file that CURRENT-SPRINT.md names', () => {
    const pointer = { name: 'CURRENT-SPRINT.md', tasks: [], pointsTo: 'docs/SPRINTS/A.md' };
    expect(choose(pointer, { name: 'a.md' }, { name: 'b.md', at: 5 })).toBe(
      'a.md: docs/sprints/CURRENT-SPRINT.md names docs/sprints/a.md',
    );
    expect(choose({ ...pointer, pointsTo: 'gone.md' }, { name: 'b.md' })).toMatch(/^b\.md/);
    expect(choose({ name: 'CURRENT-SPRINT.md', tasks: [] }, { name: 'b.md' })).toMatch(/^b\.md/);
  });

  it('is else the newest file with open tasks, and the last by name of equally old ones', () => {
    expect(
      choose({ name: 'a.md', at: 1 }, { name: 'b.md', at: 3, tasks: ['[x]', '[-]'] }, { name: 'c.md', at: 2 }),
    ).toBe('c.md: docs/sprints/c.md is the newest sprint file with open tasks');
    expect(choose({ name: 'a.md' }, { name: 'c.md' }, { name: 'b.md' })).toMatch(/^c\.md/);
    expect(choose({ name: 'c.md' }, { name: 'c.md' })).toMatch(/^c\.md/);
  });

  it('is the newest file with tasks when every task of every sprint is complete', () => {
    expect(choose({ name: 'a.md', at: 2, tasks: ['[x]'] }, { name: 'b.md', at: 1, tasks: ['[x]'] })).toBe(
      'a.md: docs/sprints/a.md is the newest sprint file; none has open tasks left',
    );
  });

  it('is never one that its front matter calls complete', () => {
    expect(choose({ name: 'a.md', at: 9, status: 'complete' }, { name: 'b.md' })).toMatch(/^b\.md/);
  });

  it('is missing, with what to do, when there is none', () => {
    expect(choose()).toMatch(/^no_sprint: No sprint file with tasks/);
    expect(choose({ name: 'a.md', tasks: [] })).toMatch(/^no_sprint: No sprint file with tasks/);
  });
});
