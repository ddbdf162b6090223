import type { NewRunEvent } from '@ginkoai/contract';
import { judgeWorld, seenMark, type GraphWord } from '../../../src/lib/decide/judge-world.js';
import { aDefinition, aRunOf, aSighting, assigned, blocked, done } from '../../support/builders.js';

interface Seen {
  readonly past?: readonly NewRunEvent[];
  /** undefined: the task is seen here for the first time. */
  readonly seen?: string;
  readonly mark: string;
  readonly graph?: GraphWord;
}

/** What is said of a task `T`, besides what its sprint says of it. */
function judged({ past = [], seen, mark, graph }: Seen) {
  const [task] = judgeWorld(aRunOf([aDefinition('T')], past), {
    sprint: [{ id: 'T', mark }],
    lastSeen: new Map(seen === undefined ? [] : [['T', seen]]),
    graph: new Map(graph === undefined ? [] : [['T', graph]]),
    attempts: new Map(),
  });
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- taken out of the rest
  const { id: _id, definition: _definition, ...verdict } = task ?? {};
  return verdict;
}

const atWork = [assigned('T')];
const complete = done('T');

describe('a task seen here for the first time', () => {
  it.each([
    ['pending', { status: 'pending' }],
    ['complete', { status: 'complete', by: 'sprint_file' }],
    ['in_progress', { status: 'in_progress', by: 'sprint_file' }],
    ['blocked:paused', { status: 'blocked', by: 'sprint_file', blockedReason: 'paused' }],
    ['blocked:person', { status: 'blocked', by: 'sprint_file', blockedReason: 'person' }],
    ['blocked', { status: 'blocked', by: 'sprint_file', blockedReason: 'person' }],
    ['cancelled', { status: 'cancelled', by: 'sprint_file' }],
    ['hibernating', { status: 'hibernating', by: 'sprint_file' }],
  ])('is what its mark says: %s', (mark, verdict) => {
    expect(judged({ mark })).toEqual(verdict);
  });

  it('is complete by its mark where nobody has heard of it, against a word that a completion makes void', () => {
    const [task] = judgeWorld(aRunOf([]), {
      sprint: [{ id: 'NEW', mark: 'complete' }],
      lastSeen: new Map(),
      graph: new Map([['NEW', { status: 'blocked', unlessComplete: true }]]),
      attempts: new Map(),
    });
    expect(task).toMatchObject({ status: 'complete', by: 'sprint_file' });
  });

  it('is pending where nobody has heard of it', () => {
    const [task] = judgeWorld(aRunOf([]), {
      sprint: [{ id: 'NEW', mark: 'pending' }],
      lastSeen: new Map(),
      graph: new Map(),
      attempts: new Map([['NEW', aSighting()]]),
    });
    expect(task).toEqual({
      id: 'NEW',
      status: 'pending',
      assignment: aSighting(),
    });
  });

  it('reopens nothing: a completion of ours that the file does not show is owed to it', () => {
    expect(judged({ past: complete, mark: 'pending' })).toEqual({ status: 'complete', isMarkOwed: true });
    expect(judged({ past: complete, mark: 'blocked:paused' })).toEqual({ status: 'complete', isMarkOwed: true });
    expect(judged({ past: complete, mark: 'complete' })).toEqual({ status: 'complete' });
  });

  it('takes nothing back from a task at work, and hears its tick', () => {
    expect(judged({ past: atWork, mark: 'pending' })).toEqual({ status: 'in_progress' });
    expect(judged({ past: atWork, mark: 'blocked' })).toEqual({ status: 'in_progress' });
    expect(judged({ past: atWork, mark: 'complete' })).toEqual({ status: 'in_progress', isTickedMeanwhile: true });
  });

  it('stays blocked until its mark is complete', () => {
    const past = [blocked('T', 'attempts_exhausted')];
    expect(judged({ past, mark: 'pending' })).toEqual({ status: 'blocked' });
    expect(judged({ past, mark: 'complete' })).toEqual({ status: 'complete', by: 'sprint_file' });
  });
});

describe('a mark that is as it was', () => {
  it('leaves our state standing', () => {
    expect(judged({ seen: 'pending', mark: 'pending' })).toEqual({ status: 'pending' });
    expect(judged({ past: atWork, seen: 'pending', mark: 'pending' })).toEqual({ status: 'in_progress' });
    expect(judged({ past: complete, seen: 'complete', mark: 'complete' })).toEqual({ status: 'complete' });
    expect(judged({ past: complete, seen: 'pending', mark: 'pending' })).toEqual({
      status: 'complete',
      isMarkOwed: true,
    });
  });

  it('counts where it is a tick that counted before, and our state is an older one', () => {
    const ticked = { seen: 'complete', mark: 'complete' };
    const complete = { status: 'complete', by: 'sprint_file' };
    expect(judged(ticked)).toEqual(complete);
    expect(judged({ ...ticked, past: atWork })).toEqual(complete);
    expect(judged({ ...ticked, past: [blocked('T', 'attempts_exhausted')] })).toEqual(complete);
  });

  it('does not count where the tick was overruled when it was last seen', () => {
    const seen = seenMark('complete', { isComplete: false });
    expect(seenMark('complete', { isComplete: true })).toBe('complete');
    expect(seenMark('blocked:paused', { isComplete: false })).toBe('blocked:paused');
    expect(judged({ seen, mark: 'complete' })).toEqual({ status: 'pending' });
    expect(judged({ seen, mark: 'complete', past: atWork })).toEqual({ status: 'in_progress' });
    expect(judged({ seen, mark: 'complete', past: complete })).toEqual({ status: 'complete' });
    // Taken back: a person's word as ever.
    expect(judged({ seen, mark: 'pending', past: complete })).toEqual({ status: 'pending', by: 'sprint_file' });
  });

  it.each([undefined, 'pending'])('yields to the news of the graph (last seen: %s)', (seen) => {
    const first = seen === undefined ? {} : { seen };
    expect(judged({ ...first, mark: 'pending', graph: { status: 'complete' } })).toEqual({
      status: 'complete',
      by: 'graph',
      isMarkOwed: true,
      settledBy: 'C32a',
    });
    expect(judged({ ...first, mark: 'pending', graph: { status: 'blocked', reason: 'no key' } })).toEqual({
      status: 'blocked',
      by: 'graph',
      reason: 'no key',
      blockedReason: 'person',
      settledBy: 'C32a',
    });
    expect(judged({ ...first, mark: 'pending', graph: { status: 'hibernating' } })).toMatchObject({
      status: 'hibernating',
      by: 'graph',
    });
  });

  it('stands against a word that a completion makes void, however it was said', () => {
    const released = { status: 'pending', unlessComplete: true };
    const done = { past: complete, seen: 'complete', mark: 'complete' };
    expect(judged({ ...done, graph: released })).toEqual({ status: 'complete' });
    expect(judged({ ...done, graph: { status: 'pending' } })).toMatchObject({ status: 'pending', by: 'graph' });
    expect(judged({ mark: 'complete', graph: released })).toEqual({ status: 'complete', by: 'sprint_file' });
    expect(judged({ seen: 'pending', mark: 'pending', graph: released })).toMatchObject({ by: 'graph' });
    expect(judged({ past: atWork, mark: 'complete', graph: released })).toMatchObject({ by: 'graph' });
  });

  it('settles nothing where the graph says the same', () => {
    expect(judged({ seen: 'complete', mark: 'complete', graph: { status: 'complete' } })).toEqual({
      status: 'complete',
      by: 'graph',
    });
    expect(judged({ seen: 'blocked:paused', mark: 'blocked:paused', graph: { status: 'blocked' } })).toEqual({
      status: 'blocked',
      by: 'graph',
      blockedReason: 'person',
    });
  });
});

describe('a mark that changed since it was last seen here', () => {
  it('is the word of a person', () => {
    expect(judged({ seen: 'pending', mark: 'complete' })).toEqual({ status: 'complete', by: 'sprint_file' });
    expect(judged({ past: complete, seen: 'complete', mark: 'pending' })).toEqual({
      status: 'pending',
      by: 'sprint_file',
    });
    expect(judged({ past: atWork, seen: 'pending', mark: 'blocked:paused' })).toEqual({
      status: 'blocked',
      by: 'sprint_file',
      blockedReason: 'paused',
    });
    expect(judged({ past: [blocked('T', 'person')], seen: 'blocked', mark: 'pending' })).toEqual({
      status: 'pending',
      by: 'sprint_file',
    });
  });

  it('wins over the graph', () => {
    expect(judged({ seen: 'pending', mark: 'complete', graph: { status: 'cancelled' } })).toEqual({
      status: 'complete',
      by: 'sprint_file',
      settledBy: 'C32a',
    });
    expect(judged({ seen: 'pending', mark: 'complete', graph: { status: 'complete' } })).toEqual({
      status: 'complete',
      by: 'sprint_file',
    });
  });

  it('takes back no completion that the file had not shown yet', () => {
    expect(judged({ past: complete, seen: 'pending', mark: 'in_progress' })).toEqual({
      status: 'complete',
      isMarkOwed: true,
    });
    expect(judged({ past: complete, seen: 'pending', mark: 'complete' })).toEqual({ status: 'complete' });
  });

  it('is the word of our agent while it works on the task', () => {
    expect(judged({ past: atWork, seen: 'pending', mark: 'in_progress' })).toEqual({ status: 'in_progress' });
    expect(judged({ past: atWork, seen: 'in_progress', mark: 'pending' })).toEqual({ status: 'in_progress' });
    expect(judged({ past: atWork, seen: 'pending', mark: 'complete' })).toEqual({
      status: 'in_progress',
      isTickedMeanwhile: true,
    });
  });

  it('says nothing of tasks that the run has not heard of but what it says', () => {
    const [task] = judgeWorld(aRunOf([]), {
      sprint: [{ id: 'NEW', mark: 'complete' }],
      lastSeen: new Map([['NEW', 'pending']]),
      graph: new Map(),
      attempts: new Map(),
    });
    expect(task).toMatchObject({ status: 'complete', by: 'sprint_file' });
    const [same] = judgeWorld(aRunOf([]), {
      sprint: [{ id: 'NEW', mark: 'pending' }],
      lastSeen: new Map([['NEW', 'pending']]),
      graph: new Map(),
      attempts: new Map(),
    });
    expect(same).toMatchObject({ status: 'pending' });
  });
});
