import { compareIds, diffCheckpoints } from '../../../src/lib/decide/diff-checkpoints.js';
import { differenceText } from '../../../src/lib/report/checkpoint-view.js';
import { aCheckpoint } from '../../support/history.js';

const at = '2026-01-05T10:00:00.000Z';

describe('what differs between two checkpoints', () => {
  const differences = (before: Parameters<typeof aCheckpoint>[0], after: Parameters<typeof aCheckpoint>[0]): string[] =>
    diffCheckpoints(aCheckpoint(before), aCheckpoint(after)).map((each) => `${each.taskId}: ${differenceText(each)}`);

  it('is nothing for the same state, whatever the bookkeeping says', () => {
    expect(differences({ completedTasks: ['TASK-1'] }, { completedTasks: ['TASK-1'], sequence: 9, epoch: 3 })).toEqual(
      [],
    );
  });

  it('names completions, agents at work, blocks and attempts, in the order of the ids', () => {
    const running = {
      taskId: 'TASK-2',
      agentId: 'shell-1',
      generation: 1,
      attempt: 2,
      status: 'assigned',
      assignedAt: at,
    } as const;
    expect(
      differences(
        { inProgressTasks: { 'TASK-2': 'shell-1' }, assignmentHistory: [running], completedTasks: ['TASK-10'] },
        {
          completedTasks: ['TASK-1', 'TASK-2'],
          blockedTasks: ['TASK-3'],
          taskState: {
            'TASK-2': { attempt: 2, completedBy: 'agent' },
            'TASK-3': { blockedReason: 'person', blockedDetail: 'wait for design' },
            'TASK-10': { generation: 2 },
          },
        },
      ),
    ).toEqual([
      'TASK-1: pending -> complete',
      'TASK-2: in progress (shell-1, attempt 2) -> complete (attempt 2)',
      'TASK-3: pending -> blocked (wait for design)',
      'TASK-10: complete -> pending (generation 2)',
    ]);
  });

  it('names a task that changed hands, failed once more, or has another reason', () => {
    const given = (agentId: string) => ({ inProgressTasks: { 'TASK-1': agentId } });
    expect(differences(given('a'), given('b'))).toEqual([
      'TASK-1: in progress (a, attempt 1) -> in progress (b, attempt 1)',
    ]);
    expect(differences({ taskState: { A: { attempt: 1 } } }, { taskState: { A: { attempt: 2 } } })).toEqual([
      'A: pending (attempt 1) -> pending (attempt 2)',
    ]);
    const blocked = (blockedReason: 'person' | 'paused') => ({
      blockedTasks: ['A'],
      taskState: { A: { blockedReason } },
    });
    expect(differences(blocked('person'), blocked('paused'))).toEqual(['A: blocked (person) -> blocked (paused)']);
  });

  it('names a task that is gone from the sprint', () => {
    expect(differences({ completedTasks: ['A'] }, { taskState: { A: { removed: true } } })).toEqual([
      'A: complete -> removed',
    ]);
  });

  it('orders ids by the numbers in them', () => {
    expect(['TASK-10', 'TASK-2', 'TASK-1'].sort(compareIds)).toEqual(['TASK-1', 'TASK-2', 'TASK-10']);
  });
});
