import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readlinkSync } from 'node:fs';
import {
  currentBootId,
  isSameProcess,
  ownIdentity,
  processStartedAt,
} from '../../src/lib/perform/agents/process-identity.js';

describe('process identity', () => {
  it('recognizes this very process', () => {
    expect(isSameProcess(ownIdentity())).toBe(true);
  });

  it('tells a process from another one with the same pid', () => {
    expect(isSameProcess({ ...ownIdentity(), processStartedAt: '1' })).toBe(false);
  });

  it('does not believe a process of another boot', () => {
    expect(isSameProcess({ ...ownIdentity(), bootId: 'another' })).toBe(false);
    expect(currentBootId()).toBe(currentBootId());
  });

  it('says that a process which ended is gone', async () => {
    const child = spawn('sleep', ['30']);
    await once(child, 'spawn');
    const pid = child.pid ?? 0;
    const startedAt = processStartedAt(pid);
    expect(startedAt).not.toBeNull();
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(processStartedAt(pid)).toBeNull();
    expect(isSameProcess({ pid, processStartedAt: startedAt ?? '', bootId: currentBootId() })).toBe(false);
  });

  it.each([0, -1, 1.5, Number.NaN])('knows no process %p', (pid) => {
    expect(processStartedAt(pid)).toBeNull();
  });

  if (process.platform === 'linux') {
    it('tells containers of one machine apart, which share its boot id and not its pids', () => {
      const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
      const namespace = readlinkSync('/proc/self/ns/pid');
      // The number of the machine's own namespace is fixed in the kernel.
      expect(currentBootId()).toBe(namespace === 'pid:[4026531836]' ? boot : `${boot}/${namespace}`);
    });

    it('counts a zombie as gone', async () => {
      // A shell that starts a child and becomes a program which never takes the child's exit.
      const parent = spawn('bash', ['-c', 'sh -c "read _" <&0 & echo $!; exec sleep 30'], {
        stdio: ['pipe', 'pipe', 'ignore'],
      });
      const [line] = (await once(parent.stdout, 'data')) as [Buffer];
      const zombie = Number(line.toString());
      const isSleep = (): boolean => readFileSync(`/proc/${parent.pid}/comm`, 'utf8').trim() === 'sleep';
      try {
        // The shell itself would take the exit of a child that ends too soon.
        while (!isSleep()) await new Promise((resolve) => setImmediate(resolve));
        parent.stdin.write('\n');
        while (processStartedAt(zombie) !== null) await new Promise((resolve) => setImmediate(resolve));
        expect(() => process.kill(zombie, 0)).not.toThrow();
      } finally {
        parent.kill('SIGKILL');
      }
    });
  }
});
