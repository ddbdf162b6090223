import { EventEmitter } from 'node:events';
import { createOutput } from '../../../src/lib/report/output.js';

class BreakableStream extends EventEmitter {
  text = '';
  write(text: string): boolean {
    this.text += text;
    return true;
  }
}

describe('output', () => {
  it('says nothing more to a reader that went away, and goes on', () => {
    const stdout = new BreakableStream();
    const stderr = new BreakableStream();
    const output = createOutput({ stdout, stderr, env: {} });
    output.line('heard');
    stdout.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    output.line('lost');
    output.error('still heard');
    expect(stdout.text).toBe('heard\n');
    expect(stderr.text).toBe('still heard\n');
  });

  it('says once on stderr that stdout cannot be written', () => {
    const stdout = new BreakableStream();
    const stderr = new BreakableStream();
    const output = createOutput({ stdout, stderr, env: {} });
    for (let count = 0; count < 3; count++) {
      stdout.emit('error', Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' }));
    }
    output.line('lost');
    expect(stderr.text).toBe('Standard output cannot be written any more: ENOSPC: no space left on device, write\n');
  });

  it('takes 80 columns and 24 rows where the size of the terminal is not known', () => {
    const stream = { write: () => true, isTTY: true, columns: 0, rows: 0 };
    const output = createOutput({ stdout: stream, stderr: stream, env: {} });
    expect([output.columns(), output.rows()]).toEqual([80, 24]);
  });

  it('draws over its lines on a terminal only, and not on a dumb one', () => {
    const draws = (isTTY: boolean, env: Record<string, string>): boolean =>
      createOutput({ stdout: { write: () => true, isTTY }, stderr: { write: () => true }, env }).canRedraw;
    expect(draws(true, {})).toBe(true);
    expect(draws(true, { NO_COLOR: '1' })).toBe(true);
    expect(draws(true, { TERM: 'dumb' })).toBe(false);
    expect(draws(false, {})).toBe(false);
  });
});
