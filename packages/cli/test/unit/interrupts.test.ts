import type { InterruptLevel } from '../../src/lib/ports.js';
import { listenForInterrupts } from '../../src/lib/perform/interrupts.js';

describe('signals to a run', () => {
  let time = 0;
  let heard: InterruptLevel[];
  let stop: () => void;

  beforeEach(() => {
    [time, heard] = [0, []];
    stop = listenForInterrupts({
      clock: { now: () => time, monotonic: () => time, after: () => () => undefined },
      onInterrupt: (level) => heard.push(level),
      onEnough: () => undefined,
    });
  });
  afterEach(() => stop());

  /** The signal, so many milliseconds after the one before it. */
  const comes = (signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP', afterMs: number): void => {
    time += afterMs;
    process.emit(signal, signal);
  };

  it('that come twice within a second are the same one', () => {
    comes('SIGINT', 0);
    comes('SIGINT', 1);
    comes('SIGHUP', 998);
    expect(heard).toEqual(['drain']);
  });

  it('are heard again a second after the one that counted, however quick they come', () => {
    for (let presses = 0; presses < 4; presses += 1) comes('SIGINT', 400);
    expect(heard).toEqual(['drain', 'stop_agents']);
  });

  it.each(['SIGTERM', 'SIGHUP'] as const)('leave the agents at work where it is %s, also after a SIGINT', (signal) => {
    comes('SIGINT', 0);
    comes(signal, 1_000);
    expect(heard).toEqual(['drain', 'leave']);
  });
});
