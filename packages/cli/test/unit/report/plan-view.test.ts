import fc from 'fast-check';
import { planJson, planView } from '../../../src/lib/report/plan-view.js';
import { sprintPlan, type PlanInput, type PlanTask } from '../../../src/lib/report/sprint-plan.js';
import { lineWidth, plainText } from '../../../src/lib/report/styled-line.js';

function aTask(id: string, fields: Partial<PlanTask> = {}): PlanTask {
  return {
    id,
    title: `Title of ${id}`,
    status: 'pending',
    dependsOn: [],
    priority: null,
    effort: null,
    capabilities: [],
    ...fields,
  };
}

function aPlan(tasks: readonly PlanTask[], fields: Partial<PlanInput> = {}): PlanInput {
  return {
    sprintTitle: 'The site',
    epicId: 'site',
    agents: [{ id: 'local-1', capabilities: ['typescript', 'testing'] }],
    tasks,
    ...fields,
  };
}

const view = (input: PlanInput, width = Infinity): string[] => planView(input, width).map(plainText);

describe('the plan of a sprint', () => {
  it('shows waves in dependency order and all that will not run, with the reason', () => {
    expect(
      view(
        aPlan([
          aTask('T1', { status: 'complete' }),
          aTask('T2', { dependsOn: ['T1'], effort: '2h' }),
          aTask('T3', { priority: 'HIGH', capabilities: ['typescript'] }),
          aTask('T4', { dependsOn: ['T2', 'T3'] }),
          aTask('T5', { status: 'blocked', blockedReason: 'paused' }),
          aTask('T6', { dependsOn: ['T5'] }),
          aTask('T7', { capabilities: ['gpu'] }),
          aTask('T8', { dependsOn: ['T99'] }),
          aTask('T9', { dependsOn: ['T10'] }),
          aTask('T10', { dependsOn: ['T9'] }),
          aTask('T11', { status: 'in_progress' }),
        ]),
      ),
    ).toEqual([
      'The site (epic site): 11 tasks, 1 complete, 3 to run in 2 waves',
      'Agents: local-1 (typescript, testing)',
      '',
      'task  priority  effort  needs       title',
      '',
      'Wave 1: 2 tasks',
      '  T3  HIGH              typescript  Title of T3',
      '  T2            2h                  Title of T2',
      '',
      'Wave 2: 1 task',
      '  T4                                Title of T4',
      '',
      'Complete already: 1 task',
      '  ✓ T1 Title of T1',
      '',
      'In progress elsewhere: 1 task',
      '  T11 Title of T11',
      '    Whoever works on it can unblock it by setting its mark to [x] when it is done, or back to [ ]; --include-in-progress takes it all the same',
      '',
      'Blocked: 4 tasks',
      '  T5 Title of T5: paused in the sprint file',
      '    You can unblock it: set its mark in the sprint file from [Z] to [ ]',
      '  T8 Title of T8: depends on T99, which the sprint does not have',
      '    You can unblock it: correct the Depends line of T8 in the sprint file, or add the missing task',
      '  T9 Title of T9: its dependencies form a circle: T9 -> T10 -> T9',
      '    You can unblock it: break the circle by correcting a Depends line in the sprint file',
      '  T10 Title of T10: its dependencies form a circle: T9 -> T10 -> T9',
      '    You can unblock it: break the circle by correcting a Depends line in the sprint file',
      '',
      'No agent can do: 1 task',
      '  T7 Title of T7: needs gpu',
      '',
      'Held up by these: 1 task',
      '  T6 Title of T6: waits for T5',
      '',
      'Nothing was started and nothing was changed.',
    ]);
  });

  it('names the ids of every list for a program', () => {
    const input = aPlan([aTask('T1', { status: 'complete' }), aTask('T2'), aTask('T3', { dependsOn: ['T2'] })]);
    expect(planJson(input)).toMatchObject({ kind: 'plan', epicId: 'site', waves: [['T2'], ['T3']], complete: ['T1'] });
  });

  it('shows what an agent would do where there is none', () => {
    const lines = view(aPlan([aTask('T1', { capabilities: ['gpu'] })], { agents: [] }));
    expect(lines[1]).toBe('No agent: give the run one with --exec or --agent, or in .ginko/config.json');
    expect(lines).toContain('Wave 1: 1 task');
  });

  it('lets an agent that can do anything do anything', () => {
    const input = aPlan([aTask('T1', { capabilities: ['gpu'] })], { agents: [{ id: 'a', capabilities: ['*'] }] });
    expect(sprintPlan(input).waves).toHaveLength(1);
  });

  it('shows an empty sprint', () => {
    expect(view(aPlan([]))[0]).toBe('The site (epic site): 0 tasks, 0 complete, 0 to run in 0 waves');
  });

  it('puts every task into exactly one list, whatever the sprint, and later waves after their dependencies', () => {
    const status = fc.constantFrom('pending', 'in_progress', 'complete', 'blocked', 'cancelled' as const);
    const task = fc.record({
      status,
      dependsOn: fc.array(
        fc.nat({ max: 25 }).map((number) => `T${number}`),
        { maxLength: 3 },
      ),
      capabilities: fc.subarray(['typescript', 'gpu']),
      priority: fc.constantFrom(null, 'HIGH', 'P4', '3'),
    });
    fc.assert(
      fc.property(fc.array(task, { maxLength: 20 }), (fields) => {
        const tasks = fields.map((each, index) => aTask(`T${index}`, each));
        const plan = sprintPlan(aPlan(tasks));
        const named = [
          ...plan.waves.flat(),
          ...plan.complete,
          ...plan.inProgress,
          ...plan.withoutAgent,
          ...plan.blocked.map((each) => each.task),
          ...plan.waiting.map((each) => each.task),
        ].map(({ id }) => id);
        expect(named.toSorted()).toEqual(tasks.map(({ id }) => id).toSorted());
        const done = new Set(plan.complete.map(({ id }) => id));
        for (const wave of plan.waves) {
          for (const each of wave) for (const id of each.dependsOn) expect(done.has(id)).toBe(true);
          for (const each of wave) done.add(each.id);
        }
      }),
    );
  });

  it('never makes the table wider than the terminal', () => {
    const tasks = [
      aTask('T1', { title: '漢字'.repeat(40), capabilities: ['typescript', 'testing'], effort: 'x'.repeat(50) }),
    ];
    fc.assert(
      fc.property(fc.integer({ min: 14, max: 400 }), (width) => {
        const table = planView(aPlan(tasks), width).slice(3, 7);
        for (const line of table) expect(lineWidth(line)).toBeLessThanOrEqual(width);
      }),
    );
  });

  it('handles a chain and a fan of 10,000 tasks', () => {
    const chain = Array.from({ length: 10_000 }, (_, index) =>
      aTask(`T${index}`, { dependsOn: index === 0 ? [] : [`T${index - 1}`] }),
    );
    const fan = Array.from({ length: 10_000 }, (_, index) =>
      aTask(`T${index}`, { dependsOn: index === 0 ? [] : ['T0'] }),
    );
    expect(sprintPlan(aPlan(chain)).waves).toHaveLength(10_000);
    expect(sprintPlan(aPlan(fan)).waves.map((wave) => wave.length)).toEqual([1, 9_999]);
  });
});
