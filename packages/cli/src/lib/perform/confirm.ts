import { createInterface } from 'node:readline';
import { failed, ok, type Result } from '@ginkoai/contract';
import type { Output } from '../report/output.js';

export interface Confirmation {
  /** What would be done, to be read before "?": `Restore generation 2`. */
  readonly question: string;
  /** `--yes`. */
  readonly isYes: boolean;
  readonly output: Pick<Output, 'raw'>;
  readonly stdin?: NodeJS.ReadStream;
}

/** Whether a person agrees. Failure `bad_option`: nobody can be asked, and `--yes` was not given. */
export async function confirm({
  question,
  isYes,
  output,
  stdin = process.stdin,
}: Confirmation): Promise<Result<boolean>> {
  if (isYes) return ok(true);
  if (!stdin.isTTY) {
    return failed(
      'bad_option',
      `${question}? Nobody can answer, as stdin is no terminal. Add --yes to agree beforehand.`,
    );
  }
  output.raw(`${question}? [y/N] `);
  const lines = createInterface({ input: stdin });
  const answer = await new Promise<string>((resolve) => {
    lines.once('line', resolve);
    // The end of the input is a no.
    lines.once('close', () => resolve(''));
  });
  lines.close();
  return ok(/^y(es)?$/i.test(answer.trim()));
}
