import { jest } from '@jest/globals';
import { basename } from 'node:path';
import { ok, unwrap } from '@ginkoai/contract';
import { flushPaces } from '../support/flush-paces.js';
import { runStarted, useTemporaryDirectory, valueOf } from '../support/history.js';
import { WatchedFlushes } from '../support/watched-flushes.js';

/** What the system was asked to write at once, to make durable in one of the two ways, or to rename. */
const calls: string[] = [];

const fs = await import('node:fs');
const nameOf = (descriptor: number): string => basename(fs.readlinkSync(`/proc/self/fd/${descriptor}`));
jest.unstable_mockModule('node:fs', () => ({
  ...fs,
  fsync: (descriptor: number, done: (error: Error | null) => void) => {
    calls.push(`fsync ${nameOf(descriptor)}`);
    fs.fsync(descriptor, done);
  },
  fsyncSync: (descriptor: number) => {
    calls.push(`fsyncSync ${nameOf(descriptor)}`);
    fs.fsyncSync(descriptor);
  },
  fdatasyncSync: (descriptor: number) => {
    calls.push(`fdatasyncSync ${nameOf(descriptor)}`);
    fs.fdatasyncSync(descriptor);
  },
  writevSync: (descriptor: number, slices: readonly Uint8Array[]) => {
    const written = fs.writevSync(descriptor, slices);
    calls.push(`write ${written} bytes`);
    return written;
  },
  renameSync: (from: string, to: string) => {
    calls.push(`rename to ${basename(to)}`);
    fs.renameSync(from, to);
  },
}));
const { writeAtomically } = await import('../../src/lib/perform/write-atomically.js');
const { openJournal } = await import('../../src/lib/perform/journal.js');

describe('what is made durable, and where', () => {
  const directory = useTemporaryDirectory();
  const path = (): string => `${directory()}/state.json`;
  const folder = (): string => basename(directory());
  const temporary: unknown = expect.stringMatching(/^fsync(?:Sync)? state\.json\.[0-9a-f]{16}\.tmp$/);
  beforeEach(() => void calls.splice(0));

  it.each([
    ['in the turn', 'fsyncSync'],
    ['on another thread', 'fsync'],
  ] as const)('a small file before it is renamed and its folder afterwards, %s', async (where, call) => {
    const pace = flushPaces[where];
    unwrap(await writeAtomically({ path: path(), chunks: [Buffer.from('state')], what: 'The state', pace }));
    expect(calls).toEqual(['write 5 bytes', temporary, 'rename to state.json', `${call} ${folder()}`]);
    expect(calls[1]).toMatch(new RegExp(`^${call} `));
  });

  it('a large file on another thread also while the disk is quick, after other work came in between', async () => {
    const megabyte = 1 << 20;
    const chunks = [Buffer.alloc(megabyte + 1)];
    const pace = flushPaces['in the turn'];
    setImmediate(() => calls.push('other work'));
    unwrap(await writeAtomically({ path: path(), chunks, what: 'The state', pace }));
    expect(calls).toEqual([
      `write ${megabyte} bytes`,
      'other work',
      'write 1 bytes',
      temporary,
      'rename to state.json',
      `fsyncSync ${folder()}`,
    ]);
    expect(calls[3]).toMatch(/^fsync /);
  });

  it.each(['in the turn', 'on another thread'] as const)('the lines of a journal, %s', async (where) => {
    const onThread = await WatchedFlushes.begin();
    try {
      const journal = valueOf(await openJournal({ directory: directory(), epoch: 3, pace: flushPaces[where] }));
      calls.splice(0);
      expect(await journal.append([runStarted()])).toEqual(ok(undefined));
      expect([calls, onThread.count]).toEqual(
        where === 'in the turn' ? [['fdatasyncSync journal-3.ndjson'], 0] : [[], 1],
      );
      valueOf(await journal.close());
    } finally {
      onThread.end();
    }
  });
});
