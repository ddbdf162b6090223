import { joinWrites } from '../../../src/lib/report/joined-writes.js';

describe('what is said on the standard streams', () => {
  let written: string[];
  let atExit: () => void;
  const streamOf = (name: string) => ({ write: (text: string) => written.push(`${name}: ${text}`) > 0, columns: 40 });
  const joined = () =>
    joinWrites({ stdout: streamOf('out'), stderr: streamOf('err') }, (flush) => {
      atExit = flush;
    });

  beforeEach(() => {
    written = [];
  });

  it('goes out in one write a turn', async () => {
    const { stdout } = joined();
    stdout.write('a\n');
    stdout.write('b\n');
    expect(written).toEqual([]);
    await new Promise(setImmediate);
    expect(written).toEqual(['out: a\nb\n']);
    stdout.write('c\n');
    await new Promise(setImmediate);
    expect(written).toEqual(['out: a\nb\n', 'out: c\n']);
  });

  it('keeps the order in which both were spoken on', () => {
    const { stdout, stderr } = joined();
    stdout.write('a\n');
    stderr.write('b\n');
    expect(written).toEqual(['out: a\n', 'err: b\n']);
  });

  it('is not lost when the process ends in the same turn', () => {
    joined().stdout.write('a\n');
    atExit();
    atExit();
    expect(written).toEqual(['out: a\n']);
  });

  it('goes to a terminal at once', () => {
    const terminal = { ...streamOf('tty'), isTTY: true };
    const { stdout } = joinWrites({ stdout: terminal, stderr: terminal }, () => undefined);
    stdout.write('a\n');
    expect(written).toEqual(['tty: a\n']);
    expect(stdout).toMatchObject({ isTTY: true, columns: 40 });
  });
});
