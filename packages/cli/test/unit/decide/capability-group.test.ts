import fc from 'fast-check';
import { CapabilityGroup } from '../../../src/lib/decide/capability-group.js';
import { goesFirst } from '../../../src/lib/decide/goes-first.js';
import { leaveLine } from '../../../src/lib/decide/line.js';
import { emptyRunState, factsOf, type WaitingTask } from '../../../src/lib/decide/run-state.js';
import { aDefinition, place } from '../../support/decide-builders.js';

const state = emptyRunState(place);

function aWaitingTask(order: number, { rank, readySince }: { rank: number; readySince: number }): WaitingTask {
  const definition = aDefinition(`T${order}`, { order, rank });
  return { ...factsOf(state, definition.id), definition, readySince };
}

function listed(group: CapabilityGroup): string[] {
  const ids: string[] = [];
  for (let task = group.first(); task !== null; task = group.after(task)) ids.push(task.id);
  return ids;
}

describe('CapabilityGroup', () => {
  it('lists its tasks in their turn, in whatever order they came and whichever left', () => {
    const task = fc.record({ rank: fc.nat(3), readySince: fc.nat(5), leaves: fc.boolean() });
    fc.assert(
      fc.property(fc.array(task), fc.array(fc.nat(), { minLength: 40, maxLength: 40 }), (tasks, shuffle) => {
        const group = new CapabilityGroup([]);
        const entries = tasks.map((one, order) => ({ task: aWaitingTask(order, one), leaves: one.leaves }));
        entries.sort((a, b) => (shuffle[a.task.definition.order] ?? 0) - (shuffle[b.task.definition.order] ?? 0));
        for (const { task } of entries) group.add(task);
        for (const { task, leaves } of entries) if (leaves && task.line !== null) leaveLine(task.line, task);
        const stay = entries.filter(({ leaves }) => !leaves).map(({ task }) => task);
        stay.sort((a, b) => (goesFirst(a, b) ? -1 : 1));
        expect(listed(group)).toEqual(stay.map(({ id }) => id));
      }),
    );
  });
});
