import { PassThrough } from 'node:stream';
import { confirm } from '../../../src/lib/perform/confirm.js';

function terminal(isTTY: boolean): NodeJS.ReadStream {
  return Object.assign(new PassThrough(), { isTTY }) as unknown as NodeJS.ReadStream;
}

describe('asking before something that cannot be undone', () => {
  const asked: string[] = [];
  const output = { raw: (text: string) => void asked.push(text) };
  const ask = (stdin: NodeJS.ReadStream, isYes = false) =>
    confirm({ question: 'Restore generation 2', isYes, output, stdin });

  beforeEach(() => void asked.splice(0));

  it.each([
    ['y', true],
    ['YES', true],
    ['', false],
    ['no', false],
    ['yesterday', false],
  ])('takes the answer "%s" for %s', async (answer, expected) => {
    const stdin = terminal(true);
    const agreed = ask(stdin);
    (stdin as unknown as PassThrough).write(`${answer}\n`);
    expect(await agreed).toEqual({ ok: true, value: expected });
    expect(asked).toEqual(['Restore generation 2? [y/N] ']);
  });

  it('takes the end of the input for a no', async () => {
    const stdin = terminal(true);
    const agreed = ask(stdin);
    (stdin as unknown as PassThrough).end();
    expect(await agreed).toEqual({ ok: true, value: false });
  });

  it('asks nobody with --yes', async () => {
    expect(await ask(terminal(false), true)).toEqual({ ok: true, value: true });
    expect(asked).toEqual([]);
  });

  it('refuses where nobody can be asked, and says what to do', async () => {
    const refused = await ask(terminal(false));
    expect(refused).toMatchObject({ ok: false, failure: { code: 'bad_option' } });
    expect(!refused.ok && refused.failure.message).toContain('Add --yes');
  });
});
