import type { LauncherOutcome } from '@ginkoai/contract';
import type { LauncherEvent } from '../../src/lib/perform/agents/launcher-client.js';
import { livingLauncher } from '../../src/lib/perform/agents/launcher-claim.js';
import { processStartedAt } from '../../src/lib/perform/agents/process-identity.js';
import { LauncherWorkingCopy, type TestOrchestrator } from '../support/launcher-working-copy.js';

const tasks = 60;
const inFlight = 5;
const kills = 20;
const eventsBetweenKills = 9;

let copy: LauncherWorkingCopy;
beforeEach(() => {
  copy = new LauncherWorkingCopy();
});
afterEach(() => copy.remove());

/** Gives out tasks until each was completed once; an attempt without a recorded exit is followed by another one. */
class Driver {
  readonly outcomes = new Map<string, LauncherOutcome>();
  readonly stillRunning: string[] = [];
  completed = 0;
  killed = 0;
  readonly #attempts = new Map<number, number>();
  readonly #open = new Map<string, number>();
  readonly #waiting = Array.from({ length: tasks }, (_, task) => task);
  #orchestrator: TestOrchestrator | undefined;
  #heard = 0;
  #finish: () => void = () => undefined;
  readonly finished = new Promise<void>((resolve) => (this.#finish = resolve));

  begin(orchestrator: TestOrchestrator): void {
    this.#orchestrator = orchestrator;
    this.#fill();
  }

  readonly hear = (event: LauncherEvent): void => {
    this.#heard += 1;
    if (event.kind === 'finished') this.#close(event.key, event.outcome);
    if (event.kind === 'reconnected') {
      for (const attempt of event.attempts) if (attempt.state === 'finished') this.#close(attempt.key, attempt.outcome);
    }
    const launcher =
      this.#heard % eventsBetweenKills === 0 && this.killed < kills ? livingLauncher(copy.launchers) : null;
    if (launcher === null) return;
    this.killed += 1;
    process.kill(launcher.pid, 'SIGKILL');
  };

  #fill(): void {
    while (this.#open.size < inFlight) {
      const task = this.#waiting.shift();
      if (task === undefined) break;
      const attempt = (this.#attempts.get(task) ?? 0) + 1;
      this.#attempts.set(task, attempt);
      const key = `run/T${task}/g1a${attempt}`;
      this.#open.set(key, task);
      const script = 'echo "begin $KEY $$" >> "$LEDGER"; sleep 0.03; echo "end $KEY $$" >> "$LEDGER"';
      const verify = { argv: ['true'], timeoutMs: 9_000 };
      this.#orchestrator?.start(copy.start({ key, script, ...(task % 3 === 0 && { verify }) }));
    }
    if (this.completed === tasks) this.#finish();
  }

  #close(key: string, outcome: LauncherOutcome): void {
    const task = this.#open.get(key);
    this.#orchestrator?.forget([key]);
    if (task === undefined) return;
    this.#open.delete(key);
    this.outcomes.set(key, outcome);
    const pid = copy
      .ledger()
      .find((line) => line.startsWith(`begin ${key} `))
      ?.split(' ')[2];
    if (pid !== undefined && processStartedAt(Number(pid)) !== null) this.stillRunning.push(key);
    if (outcome.exit.kind === 'code') this.completed += 1;
    else this.#waiting.push(task);
    this.#fill();
  }
}

it(`loses nothing and starts nothing twice while the launcher is killed ${kills} times`, async () => {
  const driver = new Driver();
  const orchestrator = await copy.connect();
  orchestrator.listen(driver.hear);
  driver.begin(orchestrator);
  await driver.finished;

  const lines = copy.ledger().map((line) => line.split(' '));
  const begun = lines.filter(([word]) => word === 'begin').map(([, key]) => key ?? '');
  expect(new Set(begun).size).toBe(begun.length);
  expect(driver.killed).toBe(kills);
  expect(driver.stillRunning).toEqual([]);
  for (const [key, { exit }] of driver.outcomes) {
    if (exit.kind === 'not_started') expect(begun).not.toContain(key);
    if (exit.kind === 'code') expect(lines.map(([word, done]) => `${word} ${done}`)).toContain(`end ${key}`);
  }
  expect(overlaps(lines)).toEqual([]);
});

/** Attempts that began while an earlier one of their task was at work. */
function overlaps(lines: readonly string[][]): string[] {
  const atWork = new Set<string>();
  return lines.flatMap(([word, key = '']) => {
    const task = key.split('/')[1] ?? '';
    if (word === 'end') atWork.delete(task);
    else if (atWork.has(task)) return [key];
    else atWork.add(task);
    return [];
  });
}
