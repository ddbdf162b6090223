import { judgeHolder, type HolderEvidence } from '../../../src/lib/decide/judge-holder.js';
import { orchestratorText } from '../../../src/lib/report/orchestrator-text.js';

const identity = { orchestratorId: 'orchestrator-1', host: 'host-1', pid: 4711 };

function leaseOf(orchestratorId: string, expiresInMs: number, released = false): NonNullable<HolderEvidence['lease']> {
  const holder = { ...identity, orchestratorId, bootId: 'boot-1', processStartedAt: '1', place: 'p' };
  return { holder, expiresInMs, released };
}

function evidence(isAlive: boolean | null, more: Partial<HolderEvidence> = {}): HolderEvidence {
  return { holder: { ...identity, isAlive }, epoch: 3, lease: null, hasEnded: false, ...more };
}

describe('who orchestrates', () => {
  const text = (...args: Parameters<typeof evidence>): string => orchestratorText(judgeHolder(evidence(...args)));

  it('is alive if its process is found here, whatever the lease or the history says', () => {
    expect(text(true, { lease: leaseOf('orchestrator-1', -5), hasEnded: true })).toBe(
      'orchestrator-1 (process 4711 on host-1, alive)',
    );
  });

  it('is gone if its process is not found here, and has not ended', () => {
    expect(text(false, { lease: leaseOf('orchestrator-1', 9_000) })).toContain('gone without ending the run');
  });

  it('has ended if its last event or its lease says so', () => {
    expect(text(false, { hasEnded: true })).toContain('has ended');
    expect(text(null, { lease: leaseOf('orchestrator-1', 0, true) })).toContain('has ended');
  });

  it('is judged by its lease when it is on another machine', () => {
    expect(text(null, { lease: leaseOf('orchestrator-1', 8_400) })).toContain('its lease lasts 9 s more');
    expect(text(null, { lease: leaseOf('orchestrator-1', -1) })).toContain('its lease has run out');
  });

  it('is not judged by the lease of another', () => {
    const sight = judgeHolder(evidence(null, { lease: leaseOf('orchestrator-2', 8_400) }));
    expect(sight).toEqual({ ...identity, epoch: 3, sign: 'unknown' });
    expect(orchestratorText(sight)).toContain('nothing tells whether it is alive');
  });

  it('is nobody that is known', () => {
    expect(orchestratorText(null)).toBe('none is known');
  });
});
