import { createJsonReporter } from '../../../src/lib/report/json-reporter.js';
import type { ReportedEvent, RunSummary } from '../../../src/lib/report/reporter.js';
import { aBlockedTask, aSummary, aView, eventAt, onTask3, recoveredEvent } from '../../support/terminal-builders.js';
import { recordingOutput } from '../../support/terminal-recording-output.js';

interface Told {
  readonly events?: readonly ReportedEvent[];
  readonly summary?: RunSummary;
  readonly verbose?: boolean;
}

function told({ events = [], summary, verbose = false }: Told): unknown[] {
  const recording = recordingOutput();
  const reporter = createJsonReporter({ output: recording.output, now: () => Date.parse(eventAt), verbose });
  reporter.start(
    () => aView(),
    () => '',
  );
  events.forEach((event) => reporter.event(event));
  if (summary !== undefined) reporter.stop(summary);
  return recording.lines().map((line) => JSON.parse(line) as unknown);
}

const recovery: ReportedEvent = {
  kind: 'recovery',
  at: eventAt,
  source: 'graph',
  reason: 'cross-machine recovery',
  orchestratorId: 'orchestrator-1',
  lastPersisted: '2025-12-07T10:30:00.000Z',
  completed: 5,
  inProgress: 2,
};
const completed: ReportedEvent = { kind: 'task_completed', ...onTask3, by: 'agent', agentId: 'local-1' };
const stopped: ReportedEvent = {
  kind: 'run_stopped',
  at: eventAt,
  sequence: 99,
  stopReason: 'complete',
  exitCode: 0,
};

describe('a run told to a program', () => {
  it('prints each event as it came', () => {
    const saved: ReportedEvent = { kind: 'checkpoint_saved', at: eventAt, checkpointSequence: 7, durationMs: 3 };
    expect(told({ events: [completed, saved] })).toEqual([completed, saved]);
  });

  it('makes one line of what was recovered and the event of it', () => {
    const lines = told({ events: [recovery, recoveredEvent] });
    expect(lines).toEqual([
      {
        ...recoveredEvent,
        reason: 'cross-machine recovery',
        orchestratorId: 'orchestrator-1',
        lastPersisted: '2025-12-07T10:30:00.000Z',
        completed: 5,
        inProgress: 2,
      },
    ]);
  });

  it('tells of a recovery whose run did not go on', () => {
    const lines = told({ events: [recovery], summary: aSummary({ stopReason: 'lease_held', exitCode: 1 }) });
    expect(lines[0]).toEqual({ ...recovery, kind: 'recovered' });
    expect(lines[1]).toMatchObject({ kind: 'run_stopped', stopReason: 'lease_held', exitCode: 1 });
  });

  it('turns the notes about earlier checkpoints into warnings with a code', () => {
    const lines = told({
      events: [
        { kind: 'previous_checkpoint', at: eventAt },
        { kind: 'nothing_to_resume', at: eventAt },
      ],
    });
    expect(lines).toMatchObject([
      { kind: 'warning', at: eventAt, code: 'previous_checkpoint' },
      { kind: 'warning', at: eventAt, code: 'nothing_to_resume' },
    ]);
  });

  it('ends with run_stopped, once, with the figures of the run', () => {
    const persisted: ReportedEvent = { kind: 'persisted', at: eventAt, checkpointSequence: 99 };
    const lines = told({
      events: [stopped, persisted],
      summary: aSummary({ view: aView({ blocked: [aBlockedTask()] }), usage: { tokens: 10, costUsd: 0.5 } }),
    });
    expect(lines).toHaveLength(2);
    expect(lines[0]).toEqual(persisted);
    expect(lines[1]).toMatchObject({
      kind: 'run_stopped',
      at: eventAt,
      sequence: 99,
      stopReason: 'complete',
      exitCode: 0,
      message: 'Every task is complete.',
      total: 12,
      counts: { complete: 5 },
      attempts: 13,
      tokens: 10,
      costUsd: 0.5,
      blocked: [{ taskId: 'TASK-9', reason: 'paused', unblock: expect.stringContaining('[Z]') as unknown }],
    });
  });

  it('ends with run_stopped also where the history has no such event', () => {
    const lines = told({ summary: aSummary({ stopReason: 'crashed', exitCode: 1, message: 'boom' }) });
    expect(lines).toMatchObject([{ kind: 'run_stopped', at: eventAt, stopReason: 'crashed', message: 'boom' }]);
    expect(lines[0]).not.toHaveProperty('sequence');
  });

  it('says nothing after the last line', () => {
    const recording = recordingOutput();
    const reporter = createJsonReporter({ output: recording.output, now: () => 0, verbose: false });
    reporter.stop(aSummary());
    reporter.event(completed);
    reporter.stop(aSummary());
    expect(recording.lines()).toHaveLength(1);
  });

  it('keeps verbose warnings for --verbose', () => {
    const events: ReportedEvent[] = [{ kind: 'warning', at: eventAt, code: 'x', message: 'y', isVerbose: true }];
    expect(told({ events })).toEqual([]);
    expect(told({ events, verbose: true })).toEqual(events);
  });
});
