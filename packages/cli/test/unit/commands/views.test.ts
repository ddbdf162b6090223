import type { RunEvent } from '@ginkoai/contract';
import { restoreState } from '../../../src/lib/decide/restore-state.js';
import { applySprintToLook } from '../../../src/lib/perform/apply-sprint-to-look.js';
import { checkpointLines } from '../../../src/lib/report/checkpoint-view.js';
import { createLookScreen } from '../../../src/lib/report/look-screen.js';
import { changeLines, firstLine, lookLines, type FoundRun } from '../../../src/lib/report/look-view.js';
import { printLines } from '../../../src/lib/report/print-lines.js';
import { lineOf, plainText, span } from '../../../src/lib/report/styled-line.js';
import { parseSprint } from '../../../src/lib/sprint/parse-sprint.js';
import { aCheckpoint } from '../../support/history.js';
import { localTime } from '../../support/terminal-builders.js';
import { recordingOutput } from '../../support/terminal-recording-output.js';
import { TerminalScreen } from '../../support/terminal-screen.js';
import { sprintText } from '../../support/command-project.js';

const now = Date.parse(localTime(9, 41, 7));
const at = new Date(now - 5_000).toISOString();
const sprint = parseSprint(
  sprintText([{ id: 'TASK-1' }, { id: 'TASK-2', depends: 'TASK-1' }, { id: 'TASK-3', status: '[x]' }]),
  'a.md',
);
const given: RunEvent = {
  kind: 'task_assigned',
  sequence: 2,
  at,
  taskId: 'TASK-1',
  generation: 1,
  attempt: 1,
  agentId: 'shell-1',
  place: 'p',
};
const done: RunEvent = {
  kind: 'task_completed',
  sequence: 3,
  at,
  taskId: 'TASK-1',
  generation: 1,
  attempt: 1,
  by: 'agent',
};

function aLook(events: readonly RunEvent[], fields: Partial<FoundRun> = {}): FoundRun {
  const state = restoreState(aCheckpoint(), events, '');
  applySprintToLook(state, sprint);
  return {
    source: 'graph',
    reason: null,
    graphUrl: 'http://127.0.0.1:1',
    state,
    asOf: state.lastEventAt,
    persistedAt: at,
    savedAt: at,
    lastEvent: events.at(-1) ?? null,
    end: null,
    orchestrator: { orchestratorId: 'orchestrator-1', host: 'host-1', pid: 4711, epoch: 1, sign: 'alive' },
    unreadWords: [],
    warnings: [],
    ...fields,
  };
}

describe('a run that is looked at', () => {
  const options = { sprintTitle: 'The sprint', now };

  it('shows who is at work, the last event, words not read yet, and warnings', () => {
    const unreadWords = [{ id: 'TASK-2', status: 'blocked', by: 'person:ann', revision: 1, at }];
    const text = lookLines(aLook([given], { unreadWords, warnings: ['checkpoint.json is damaged.'] }), options).map(
      plainText,
    );
    expect(text).toContain('Orchestrator: orchestrator-1 (process 4711 on host-1, alive)');
    expect(text).toContain('  Last event: 2026-01-15 09:41:02 (5.0 s ago), ℹ TASK-1 Title of TASK-1: given to shell-1');
    expect(text.slice(text.indexOf('Said, not taken up yet:')).slice(1, 3)).toEqual([
      '  TASK-2 Title of TASK-2 pending -> blocked, by ann at 2026-01-15 09:41:02',
      '  orchestrator-1 takes it up at its next look',
    ]);
    expect(text).toContain('! checkpoint.json is damaged.');
    expect(text[1]).toContain('1 of 3 tasks complete; 1 word of people not taken up yet, see below');
  });

  it('says who takes up a word about a run that has ended, and passes over one that says nothing new', () => {
    const word = { id: 'TASK-3', status: 'blocked', by: 'person:ann', revision: 1, at, reason: 'links are dead' };
    const ended = { end: { stopReason: 'complete', exitCode: 0 }, orchestrator: null };
    const look = aLook([], { ...ended, unreadWords: [word] });
    const text = lookLines(look, { ...options, resumeCommand: 'npx ginko orchestrate --resume' }).map(plainText);
    expect(text).toContain(
      '  TASK-3 Title of TASK-3 complete -> blocked, by ann at 2026-01-15 09:41:02: links are dead',
    );
    expect(text).toContain('  No orchestrator is at work: npx ginko orchestrate --resume takes it up');
    const nothingNew = aLook([], { ...ended, unreadWords: [{ ...word, status: 'complete' }] });
    expect(lookLines(nothingNew, options).map(plainText).join('\n')).not.toContain('taken up');
  });

  it('counts what the last event says of later times from when it happened', () => {
    const notBefore = new Date(now + 15_000).toISOString();
    const retry: RunEvent = { kind: 'task_retry_scheduled', sequence: 2, at, taskId: 'TASK-1', notBefore };
    expect(lookLines(aLook([retry]), options).map(plainText)).toContainEqual(
      expect.stringContaining('(5.0 s ago), ↻ TASK-1 Title of TASK-1: next attempt in 20.0 s, at 09:41:22'),
    );
  });

  it('is told in one line at first, then in a line for each change', () => {
    const first = aLook([given]);
    expect(plainText(firstLine(first, options))).toBe(
      '09:41:07  epic-1: 1 of 3 complete, 1 running, 1 pending, 0 blocked (from the graph)',
    );
    expect(changeLines(first, first, options)).toEqual([]);
    const later = aLook([given, done], { source: 'local', end: { stopReason: 'max_runtime', exitCode: 75 } });
    expect(changeLines(first, later, options).map(plainText)).toEqual([
      '09:41:07  TASK-1: in progress (shell-1, attempt 1) -> complete (attempt 1)',
      '09:41:07  Ended: max runtime',
      '09:41:07  State: from the local state',
    ]);
    const gone = aLook([given, done], { orchestrator: null });
    expect(changeLines(first, gone, options).map(plainText)).toContain('09:41:07  Orchestrator: none is known');
  });
});

describe('a sprint put into a state that is looked at', () => {
  const statusOf = (lastSeen?: ReadonlyMap<string, string>): string[] => {
    const text = sprintText([
      { id: 'T1', status: '[x]' },
      { id: 'T2', status: '[Z]' },
      { id: 'T3', status: '[@]' },
      { id: 'T4', status: 'cancelled' },
      { id: 'T5' },
    ]);
    const state = restoreState(aCheckpoint({ completedTasks: ['GONE'], sequence: 7 }), [], '');
    applySprintToLook(state, parseSprint(text, 'a.md'), lastSeen);
    expect(state.sequence).toBe(7);
    return [...state.tasks.values()].flatMap(({ id, definition, status }) =>
      definition === null ? [] : [`${id} ${status}`],
    );
  };

  it('shows the marks of tasks that the run has not heard of', () => {
    expect(statusOf()).toEqual(['T1 complete', 'T2 blocked', 'T3 blocked', 'T4 cancelled', 'T5 pending']);
  });

  it('passes over a mark that was seen before: it said nothing new then', () => {
    expect(statusOf(new Map([['T1', 'complete']]))).toContain('T1 pending');
    expect(statusOf(new Map([['T1', 'pending']]))).toContain('T1 complete');
  });

  it('without a sprint has the tasks that the run knows', () => {
    const state = restoreState(aCheckpoint({ completedTasks: ['A'], taskState: { B: { removed: true } } }), [], '');
    applySprintToLook(state, null);
    expect(state.counts).toMatchObject({ complete: 1, pending: 0 });
  });
});

describe('a view drawn over itself', () => {
  const onScreen = async (rows: number) => {
    const screen = new TerminalScreen({ columns: 30, rows });
    const { output } = recordingOutput({
      isTTY: true,
      columns: () => 30,
      rows: () => rows,
      onWrite: (text) => screen.write(text),
    });
    return { screen, view: await createLookScreen(output) };
  };

  it('replaces what it drew, keeps what it told above, and leaves the last picture', async () => {
    const { screen, view } = await onScreen(10);
    view.draw([lineOf('one'), lineOf('two')]);
    view.draw([lineOf('three')]);
    view.tell('The graph is away', now);
    expect(screen.visible()).toEqual(['09:41:07  The graph is away', 'three']);
    expect(screen.everything().join('\n')).not.toContain('two');
    expect(screen.isCursorVisible).toBe(false);
    view.end();
    expect(screen.everything().at(-1)).toBe('three');
    expect(screen.isCursorVisible).toBe(true);
  });

  it('fits a terminal of few lines, and says how much is left out', async () => {
    const { screen, view } = await onScreen(4);
    view.draw(Array.from({ length: 9 }, (_, index) => lineOf(`line ${index}`)));
    expect(screen.visible()).toEqual(['line 0', 'line 1', 'and 7 more lines']);
  });
});

describe('lines for people', () => {
  const wide = lineOf(span('x'.repeat(50), 'good'));

  it('are cut to a terminal, unless they must be seen whole, and never in a pipe', async () => {
    const terminal = recordingOutput({ isTTY: true, columns: () => 20, env: { NO_COLOR: '1' } });
    await printLines([wide], terminal.output);
    await printLines([wide], terminal.output, { isWhole: true });
    expect(terminal.lines().map((line) => line.length)).toEqual([20, 50]);
    const pipe = recordingOutput();
    await printLines([wide], pipe.output);
    expect(pipe.lines()).toEqual(['x'.repeat(50)]);
  });

  it('have colours on a terminal that allows them', async () => {
    const terminal = recordingOutput({ isTTY: true });
    await printLines([lineOf(span('good', 'good'))], terminal.output);
    expect(terminal.text()).toBe('\u001b[32mgood\u001b[39m\n');
  });
});

describe('a checkpoint of a large sprint', () => {
  it('names the first tasks and counts the others', () => {
    const ids = Array.from({ length: 60 }, (_, index) => `T${index}`);
    const text = checkpointLines({
      name: 'generation 0',
      checkpoint: aCheckpoint({
        completedTasks: ids,
        blockedTasks: ids,
        exitReason: 'max_runtime',
        exitCode: 75,
        persistedAt: at,
        recoveredFrom: 'run-1@41',
      }),
      laterEvents: null,
    }).map(plainText);
    expect(text).toContain('  Ended     max runtime, exit code 75');
    expect(text).toContain('  Recovered from event 41 of this run');
    expect(text.find((line) => line.startsWith('  60 tasks complete'))).toMatch(/T49 and 10 more$/);
    expect(text.at(-1)).toBe('    and 10 more');
  });
});
