import type { EpicId } from '@ginkoai/contract';

/** Why the state is not the graph's. */
export interface GraphReason {
  /** To stand in brackets: no sentence of its own, without a full stop. */
  readonly short: string;
  /** Sentences that say what to do; absent: there is nothing to do. */
  readonly advice?: string;
}

const unavailable = 'graph unavailable: ';

/** Takes `graph unavailable: <the sentences of a failure>` apart; other reasons are short as they are. */
export function graphReason(reason: string): GraphReason {
  const end = /\.(?= \p{Lu})|\.$/u.exec(reason)?.index ?? reason.length;
  const short = reason.slice(0, end).replace(`${unavailable}The `, `${unavailable}the `);
  const advice = reason.slice(end + 1).trim();
  return advice === '' ? { short } : { short, advice };
}

/** The same as sentences: `The graph at ... cannot be reached. Check ...`. */
export function graphReasonSentence(reason: string): string {
  return reason.startsWith(unavailable) ? reason.slice(unavailable.length) : `${reason.replace(/\.$/, '')}.`;
}

/** What is said where neither source has a run. */
export function noRunText(epicId: EpicId, reason: string): string {
  const here = `No run of the epic ${epicId} is known: this working copy has no state of it, and `;
  const isAsked = reason.startsWith(unavailable);
  const { short, advice } = graphReason(reason);
  const there = isAsked ? `the graph cannot be asked: ${short.slice(unavailable.length)}` : asClause(short);
  return `${here}${there}. ${advice === undefined ? '' : `${advice} `}Start one with ginko orchestrate.`;
}

const asClause = (short: string): string => (short === 'graph has no state' ? 'neither has the graph' : short);
