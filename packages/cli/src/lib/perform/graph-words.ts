import type { Millis, Result, TaskId, TaskNewsResponse } from '@ginkoai/contract';
import type { GraphWord } from '../decide/judge-world.js';
import type { Clock } from '../ports.js';

export interface GraphWordsParts {
  readonly clock: Clock;
  readonly intervalMs: Millis;
  readonly since: number;
  readonly ask: (since: number, signal: AbortSignal) => Promise<Result<TaskNewsResponse>>;
  readonly onWords: (words: ReadonlyMap<TaskId, GraphWord>, revision: number) => void;
}

/**
 * Asks the graph, at every look, what people and other tools said about tasks. A graph that does not answer is the
 * mirror's to report: here it only means that there is no news. Returns the function that stops it.
 */
export function followGraphWords(parts: GraphWordsParts): () => void {
  let { since } = parts;
  const stopped = new AbortController();
  let cancel: () => void = () => undefined;
  const look = async (): Promise<void> => {
    const answer = await parts.ask(since, stopped.signal);
    if (stopped.signal.aborted || !answer.ok) return;
    if (answer.value.tasks.length > 0) parts.onWords(wordsOf(answer.value), answer.value.revision);
    since = answer.value.revision;
  };
  const schedule = (): void => {
    if (stopped.signal.aborted) return;
    cancel = parts.clock.after(parts.intervalMs, () => void look().finally(schedule));
  };
  schedule();
  return () => {
    stopped.abort();
    cancel();
  };
}

export function wordsOf(news: TaskNewsResponse): ReadonlyMap<TaskId, GraphWord> {
  return new Map(
    news.tasks.map(({ id, status, reason, unlessComplete }) => [
      id,
      {
        status,
        ...(reason === undefined ? {} : { reason }),
        ...(unlessComplete === undefined ? {} : { unlessComplete }),
      },
    ]),
  );
}
