import { dependencyView } from '../../../src/lib/report/dependency-view.js';
import { aSprint } from './sprint-builders.js';

const sprint = aSprint(
  '### TASK-1: Say "hi" [now] <b>',
  '**Status:** [x]',
  '### TASK-2: b',
  '**Depends:** TASK-1, Pat',
  '### TASK-3: c',
  '**Depends:** TASK-1, TASK-9',
  '### TASK-4: \u001b[31md',
  '**Depends:** TASK-2, TASK-3',
);

describe('the tree of dependencies', () => {
  it('shows below each task what waits for it, and a shared task once', () => {
    expect(dependencyView(sprint, 'tree').split('\n')).toEqual([
      '● TASK-1: Say "hi" [now] <b>',
      '├─ ○ TASK-2: b (waits for Pat)',
      '│  └─ ○ TASK-4: d',
      '└─ ○ TASK-3: c',
      '   └─ TASK-4 (shown above)',
      '? TASK-9 (no task of this file)',
      '└─ TASK-3 (shown above)',
      '',
    ]);
  });

  it('starts somewhere in a cycle', () => {
    const ring = aSprint('### T1: a', '**Depends:** T2', '### T2: b', '**Depends:** T1');
    expect(dependencyView(ring, 'tree')).toBe('○ T1: a (waits for T2)\n└─ ○ T2: b\n   └─ T1 (shown above)\n');
  });

  it('breaks a long chain instead of moving ever further to the right', () => {
    const chain = aSprint(...Array.from({ length: 2_000 }, (_, at) => `### T${at}: a\n**Depends:** T${at - 1}`));
    const lines = dependencyView(chain, 'tree').split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(100);
    expect(lines.filter((line) => line.includes(': a'))).toHaveLength(2_000);
    expect(lines.some((line) => line.endsWith('T16 (goes on below)'))).toBe(true);
  });
});

describe('mermaid', () => {
  it('survives ids that are words of its language, and titles with its signs', () => {
    const text = dependencyView(aSprint('### T1: end; graph "x" [y] {z}', '### T2: #b', '**Depends:** T1'), 'mermaid');
    expect(text).toContain('  n0["T1: end#59; graph #34;x#34; [y] #123;z#125;"]:::pending\n');
    expect(text).toContain('  n1["T2: #35;b"]:::pending\n  n0 --> n1\n');
  });

  it('shows missing tasks, and no control characters', () => {
    const text = dependencyView(sprint, 'mermaid');
    expect(text).toMatch(/n4\["TASK-9 \(missing\)"\]:::missing/);
    expect(text).toContain('n3["TASK-4: d"]');
  });
});

describe('dot', () => {
  it('quotes everything', () => {
    const text = dependencyView(aSprint('### T1: a "b" \\c', '### T2: d', '**Depends:** T1, T3'), 'dot');
    expect(text).toContain('"T1" [label="T1: a \\"b\\" \\\\c"];');
    expect(text).toContain('"T1" -> "T2";');
    expect(text).toContain('"T3" [label="T3 (missing)", style=dashed];');
  });
});

describe('json', () => {
  it('has tasks, edges, what is missing, and cycles', () => {
    const document: unknown = JSON.parse(
      dependencyView(aSprint('### T1: a', '**Depends:** T1, T9', '### T1: again', '**Depends:** T9'), 'json'),
    );
    expect(document).toEqual({
      sprintId: null,
      epicId: null,
      tasks: [{ id: 'T1', title: 'a', status: 'pending', dependsOn: ['T1', 'T9'], externalDepends: [] }],
      edges: [
        { from: 'T1', to: 'T1' },
        { from: 'T9', to: 'T1' },
      ],
      missing: ['T9'],
      cycles: [['T1', 'T1']],
    });
  });
});
