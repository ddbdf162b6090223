import { failed, ok, type GrantedLease, type Result } from '@ginkoai/contract';
import { checkpointOf } from '../../src/lib/decide/checkpoint-of.js';
import { Checkpointer } from '../../src/lib/perform/checkpointer.js';
import type { Pace } from '../../src/lib/perform/flush-pace.js';
import { Inbox } from '../../src/lib/perform/inbox.js';
import { openJournal } from '../../src/lib/perform/journal.js';
import { createLeaseKeeper } from '../../src/lib/perform/lease-keeper.js';
import { createRecorder } from '../../src/lib/perform/recorder.js';
import { runOrchestration, type LoopEnd } from '../../src/lib/perform/run-orchestration.js';
import { watchForSuspension } from '../../src/lib/perform/suspension.js';
import type { Clock, RunInput } from '../../src/lib/ports.js';
import type { Reporter } from '../../src/lib/report/reporter.js';
import { aDefinition, aRun, limitsOf, start } from '../support/decide-builders.js';
import { useTemporaryDirectory, valueOf } from '../support/history.js';

/** A flush that holds up the whole program: nothing runs meanwhile, also no renewal of the lease. */
describe('a run whose assignments take long to get to the disk', () => {
  const directory = useTemporaryDirectory();
  let told: string[];

  const run = async ({ stallMs, isStrict, renew }: Run): Promise<LoopEnd> => {
    told = [];
    let now = start;
    const clock: Clock = { now: () => now, monotonic: () => now, after: () => () => undefined };
    const pace: Pace = {
      flush: async ({ inTurn }) => {
        inTurn();
        now += stallMs;
        return Promise.resolve();
      },
    };
    const { state } = aRun(['TASK-1']);
    const inbox = new Inbox<RunInput>();
    const journal = valueOf(await openJournal({ directory: directory(), epoch: 1, pace }));
    const interrupt = (): void => inbox.push({ kind: 'interrupt', level: 'leave' });
    const reporter: Reporter = {
      start: () => undefined,
      stop: () => undefined,
      event: ({ kind }) => {
        told.push(kind);
        if (kind === 'task_released') interrupt();
      },
    };
    const lease = createLeaseKeeper({
      clock,
      chance: () => 0.5,
      isStrict,
      granted: { epoch: 1 },
      renew: () => {
        told.push('asked for the lease');
        return Promise.resolve(renew);
      },
      reclaim: () => Promise.resolve(renew),
      release: () => Promise.resolve(ok(undefined)),
      onGranted: () => undefined,
      onLost: ({ message }) => inbox.push({ kind: 'taken_over', message }),
    });
    try {
      return await runOrchestration({
        state,
        inbox,
        clock,
        chance: () => 0.5,
        recorder: createRecorder({ state, journal, clock, mirror: { offer: () => undefined }, reporter }),
        checkpointer: new Checkpointer({
          file: { save: () => Promise.resolve(ok(undefined)), saveSync: () => ok(undefined) },
          journal,
          clock,
          intervalMs: Infinity,
          reporter,
          checkpoint: () => checkpointOf(state, { savedAt: state.lastEventAt }),
        }),
        agents: {
          prepare: () => () => {
            told.push('agent started');
            interrupt();
          },
          stop: () => undefined,
          settle: () => undefined,
          raiseEpoch: () => undefined,
          close: () => Promise.resolve(),
        },
        lease,
        marks: { owe: () => undefined, settle: () => Promise.resolve() },
        suspension: watchForSuspension(clock),
        reporter,
        limits: () => limitsOf(),
        metrics: () => undefined,
        pollIntervalMs: 1_000,
        sprint: {
          observe: () => ({ title: 'Sprint', definitions: [aDefinition('TASK-1')], marks: [] }),
          lastSeen: () => new Map(),
          acknowledge: () => Promise.resolve(),
          overrule: () => Promise.resolve(),
        },
        lookAtSprint: () => Promise.resolve(),
        phases: new Map(),
        stopping: new Map(),
        strays: new Map(),
        stopsAgents: false,
        includeInProgress: false,
        keepRunning: false,
        isStillOurs: () => true,
        isStateGone: () => false,
        successor: () => null,
        onRevision: () => undefined,
      });
    } finally {
      valueOf(await journal.close());
    }
  };

  it('starts the agent at once after a quick one', async () => {
    const { stop } = await run({ stallMs: 1, isStrict: true, renew: unanswered });
    expect(told.slice(0, 2)).toEqual(['agent started', 'task_assigned']);
    expect(stop.reason).toBe('terminated');
  });

  it('starts the agent once the lease was renewed', async () => {
    await run({ stallMs: 31_000, isStrict: true, renew: granted });
    expect(told.slice(0, 3)).toEqual(['asked for the lease', 'agent started', 'task_assigned']);
  });

  it('starts nobody while a strict lease cannot be renewed, and takes the assignment back', async () => {
    await run({ stallMs: 31_000, isStrict: true, renew: unanswered });
    expect(told.slice(0, 2)).toEqual(['asked for the lease', 'task_assigned']);
    expect(told).toContain('task_released');
    expect(told).not.toContain('agent started');
  });

  it('starts the agent all the same where nobody insists on the lease', async () => {
    await run({ stallMs: 31_000, isStrict: false, renew: unanswered });
    expect(told).toContain('agent started');
  });

  it('starts nobody once somebody else has the lease, and leaves the run to them', async () => {
    const { isTakenOver } = await run({ stallMs: 31_000, isStrict: false, renew: lost });
    expect(isTakenOver).toBe(true);
    expect(told).not.toContain('agent started');
  });
});

interface Run {
  readonly stallMs: number;
  readonly isStrict: boolean;
  /** What the graph answers after it. */
  readonly renew: Result<GrantedLease>;
}

const unanswered: Result<never> = failed('graph_unreachable', 'The graph does not answer.');
const lost: Result<never> = failed('stale_epoch', 'Another orchestrator has the run.');
const granted = ok({ epoch: 1 } as GrantedLease);
