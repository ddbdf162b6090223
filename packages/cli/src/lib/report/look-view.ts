import type { EpochMillis, OrchestratorCheckpoint } from '@ginkoai/contract';
import { checkpointOf } from '../decide/checkpoint-of.js';
import { diffCheckpoints } from '../decide/diff-checkpoints.js';
import { differenceText } from './checkpoint-view.js';
import { graphReasonSentence } from './graph-reason.js';
import { orchestratorText } from './orchestrator-text.js';
import type { RunLook } from './run-look.js';
import type { StatusInput } from './run-status.js';
import { statusJson, statusView } from './status-view.js';
import { lineOf, plainText, span, type StyledLine } from './styled-line.js';
import { tellEvent } from './tell-event.js';
import { clockTime } from './time-text.js';
import { unreadWordLines, unreadWordsOf } from './unread-words.js';

/** A look that found a run. */
export type FoundRun = RunLook & { readonly source: 'graph' | 'local' };

export interface LookViewOptions {
  readonly sprintTitle: string;
  readonly now: EpochMillis;
  /** The command that goes on with the run; absent: its options are not known. */
  readonly resumeCommand?: string;
}

/** What `ginko status` shows. */
export function lookLines(look: FoundRun, options: LookViewOptions): StyledLine[] {
  const { sprintTitle, resumeCommand = 'ginko orchestrate --resume' } = options;
  const lastEventText = lastEventOf(look);
  return [
    ...statusView(statusInput(look, sprintTitle), {
      ...options,
      unreadWords: unreadWordsOf(look).length,
      ...(lastEventText === null ? {} : { lastEventText }),
    }),
    ...unreadWordLines(look, resumeCommand),
    [],
    lineOf('Orchestrator: ', orchestratorText(look.orchestrator, resumeCommand)),
    ...(look.reason === null ? [] : [lineOf(`Not from the graph: ${graphReasonSentence(look.reason)}`)]),
    ...look.warnings.map((warning) => lineOf(span('! ', 'caution'), span(warning, 'caution'))),
  ];
}

export function lookJson(look: FoundRun, { sprintTitle, now }: LookViewOptions): object {
  const { reason, graphUrl, asOf, persistedAt, orchestrator, end, lastEvent, unreadWords, warnings } = look;
  return {
    ...statusJson(statusInput(look, sprintTitle)),
    reason,
    graphUrl,
    asOf,
    ageMs: asOf === null ? null : Math.max(0, now - Date.parse(asOf)),
    persistedAt,
    orchestrator,
    end,
    lastEvent,
    unreadWords,
    warnings,
  };
}

/** What differs from the look before, one line each; for logs and pipes. */
export function changeLines(before: FoundRun, after: FoundRun, { now }: { readonly now: EpochMillis }): StyledLine[] {
  const at = span(`${clockTime(now)}  `, 'faint');
  const tasks = diffCheckpoints(checkpointOfLook(before), checkpointOfLook(after)).map((difference) =>
    lineOf(at, span(difference.taskId, 'strong'), `: ${differenceText(difference)}`),
  );
  const facts = [
    ...(whoOf(before) === whoOf(after) ? [] : [`Orchestrator: ${orchestratorText(after.orchestrator)}`]),
    ...(before.end?.stopReason === after.end?.stopReason || after.end === null
      ? []
      : [`Ended: ${after.end.stopReason.replaceAll('_', ' ')}`]),
    ...(before.source === after.source
      ? []
      : [`State: from the ${after.source === 'graph' ? 'graph' : 'local state'}`]),
  ];
  return [...tasks, ...facts.map((fact) => lineOf(at, fact))];
}

function whoOf({ orchestrator }: RunLook): string {
  return orchestrator === null ? '' : `${orchestrator.orchestratorId} ${orchestrator.sign}`;
}

export function firstLine({ state, source }: FoundRun, { now }: { readonly now: EpochMillis }): StyledLine {
  const { complete, in_progress, pending, blocked } = state.counts;
  const total = Object.values(state.counts).reduce((sum, count) => sum + count, 0);
  const counts = `${complete} of ${total} complete, ${in_progress} running, ${pending} pending, ${blocked} blocked`;
  return lineOf(span(`${clockTime(now)}  `, 'faint'), `${state.epicId}: ${counts} (from the ${source})`);
}

function statusInput(look: FoundRun, sprintTitle: string): StatusInput {
  const definitions = [...look.state.tasks.values()].flatMap(({ definition }) => definition ?? []);
  const tasks = definitions.sort((a, b) => a.order - b.order).map(({ id, title }) => ({ id, title }));
  const lastEventAt = look.asOf;
  return {
    checkpoint: checkpointOfLook(look),
    source: look.source,
    sprintTitle,
    tasks,
    ...(lastEventAt === null ? {} : { lastEventAt }),
    ...(look.lastLines === undefined ? {} : { lastLines: look.lastLines }),
  };
}

function checkpointOfLook({ state, savedAt, asOf, persistedAt, end }: FoundRun): OrchestratorCheckpoint {
  return checkpointOf(state, {
    savedAt: savedAt ?? asOf ?? state.startedAt,
    ...(persistedAt === null ? {} : { persistedAt }),
    ...(end === null ? {} : { exit: { reason: end.stopReason, code: end.exitCode ?? 0 } }),
  });
}

function lastEventOf({ lastEvent, state }: RunLook): string | null {
  if (lastEvent === null) return null;
  const telling = {
    titleOf: (taskId: string) => state.tasks.get(taskId)?.definition?.title ?? '',
    agentOf: (taskId: string) => state.tasks.get(taskId)?.assignment?.agentId,
    // What it says of later times counts from when it happened.
    now: () => Date.parse(lastEvent.at),
  };
  const [line] = tellEvent(lastEvent, telling, { verbose: true, quiet: false })?.lines ?? [];
  return line === undefined ? null : plainText(line);
}
