import fc from 'fast-check';
import { findCycles, type DependencyNode } from '../../../src/lib/decide/find-cycles.js';

const nodesOf = (graph: Readonly<Record<string, readonly string[]>>): readonly DependencyNode[] =>
  Object.entries(graph).map(([id, dependsOn]) => ({ id, dependsOn }));

describe('cycles among dependencies', () => {
  it('are spelled out from a task back to itself', () => {
    expect(findCycles(nodesOf({ a: ['b'], b: ['c'], c: ['a'], d: ['a'] }))).toEqual([['a', 'b', 'c', 'a']]);
  });

  it('may be a task that waits for itself', () => {
    expect(findCycles(nodesOf({ a: ['a'] }))).toEqual([['a', 'a']]);
  });

  it('are none in a diamond, nor through ids that no task has', () => {
    expect(findCycles(nodesOf({ a: [], b: ['a', 'x'], c: ['a'], d: ['b', 'c', 'b'] }))).toEqual([]);
  });

  it('are found one for each knot', () => {
    expect(findCycles(nodesOf({ a: ['b'], b: ['a', 'c'], c: ['d', 'e'], d: ['c'], e: [] }))).toEqual([
      ['c', 'd', 'c'],
      ['a', 'b', 'a'],
    ]);
  });

  it('are the shortest ones through their first task', () => {
    expect(findCycles(nodesOf({ a: ['b', 'd'], b: ['c', 'd'], c: ['a'], d: ['a', 'b'] }))).toEqual([['a', 'd', 'a']]);
  });

  it('are found across two entries of one id', () => {
    expect(findCycles([...nodesOf({ a: ['x'], b: ['a'] }), { id: 'a', dependsOn: ['b'] }])).toEqual([['a', 'b', 'a']]);
  });

  it('are found in a chain that is too long for recursion', () => {
    const chain = Array.from({ length: 50_000 }, (_, at) => ({ id: `${at}`, dependsOn: [`${(at + 1) % 50_000}`] }));
    expect(findCycles(chain)[0]).toHaveLength(50_001);
  });

  it('exist exactly when the tasks cannot be put in order, and each is a real one', () => {
    const graph = fc.array(fc.uniqueArray(fc.nat(9), { maxLength: 3 }), { maxLength: 10 });
    fc.assert(
      fc.property(graph, (edges) => {
        const nodes = edges.map((targets, at) => ({ id: `${at}`, dependsOn: targets.map(String) }));
        const cycles = findCycles(nodes);
        expect(cycles.length > 0).toBe(!canBeOrdered(nodes));
        for (const cycle of cycles) {
          expect(cycle.at(0)).toBe(cycle.at(-1));
          for (const [at, id] of cycle.slice(0, -1).entries())
            expect(nodes.find((node) => node.id === id)?.dependsOn).toContain(cycle[at + 1]);
        }
      }),
    );
  });
});

function canBeOrdered(nodes: readonly DependencyNode[]): boolean {
  let left = nodes;
  for (;;) {
    const waiting = left.filter(({ dependsOn }) => left.some(({ id }) => dependsOn.includes(id)));
    if (waiting.length === left.length) return left.length === 0;
    left = waiting;
  }
}
