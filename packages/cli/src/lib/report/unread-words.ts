import type { TaskWord } from '@ginkoai/contract';
import type { OrchestratorSight } from '../decide/judge-holder.js';
import { personText } from './person-text.js';
import type { RunLook } from './run-look.js';
import { lineOf, span, type StyledLine } from './styled-line.js';
import { taskName } from './task-name.js';
import { taskSight } from './task-sight.js';
import { localTime } from './time-text.js';

const statusText = (status: string): string => status.replace('_', ' ');

/** The words of people and other tools that no orchestrator has read and that would change something. */
export function unreadWordsOf({ unreadWords, state }: Pick<RunLook, 'unreadWords' | 'state'>): readonly TaskWord[] {
  return unreadWords.filter((word) => {
    const facts = state.tasks.get(word.id);
    return facts === undefined || taskSight(facts, state, word).unread !== undefined;
  });
}

/** Empty where nothing was said; else a section of its own. */
export function unreadWordLines(look: RunLook, resumeCommand: string): StyledLine[] {
  const words = unreadWordsOf(look);
  if (words.length === 0) return [];
  return [
    [],
    lineOf(span('Said, not taken up yet:', 'accent')),
    ...words.map(({ id, status, by, at, reason }) => {
      const facts = look.state.tasks.get(id);
      const change = `${facts === undefined ? '' : `${statusText(facts.status)} -> `}${statusText(status)}`;
      const why = reason === undefined ? '' : `: ${reason}`;
      const name = taskName(id, facts?.definition?.title ?? '');
      return lineOf('  ', ...name, ' ', span(change, 'accent'), `, by ${personText(by)} at ${localTime(at)}${why}`);
    }),
    lineOf(`  ${whoTakesUp(look.orchestrator, resumeCommand)}`),
  ];
}

function whoTakesUp(orchestrator: OrchestratorSight | null, resumeCommand: string): string {
  if (orchestrator?.sign === 'alive' || orchestrator?.sign === 'lease_live')
    return `${orchestrator.orchestratorId} takes it up at its next look`;
  return `No orchestrator is at work: ${resumeCommand} takes it up`;
}
