import { exitCodes, ok, unwrap, type ExitCode } from '@ginkoai/contract';
import { diffCheckpoints } from '../lib/decide/diff-checkpoints.js';
import {
  parseCheckpointReference,
  readNamedCheckpoint,
  type CheckpointReference,
  type NamedCheckpoint,
} from '../lib/perform/checkpoint-reference.js';
import { replayJournals } from '../lib/perform/replay-journals.js';
import {
  checkpointLines,
  damageLines,
  differenceLines,
  generationLines,
  graphHistoryLines,
} from '../lib/report/checkpoint-view.js';
import { counted } from '../lib/report/count-text.js';
import { printLines, widthFor } from '../lib/report/print-lines.js';
import type { CommandContext } from '../program.js';
import { asItStands, openCheckpoints, shownDirectory, withGraph, type Checkpoints } from './checkpoint-room.js';

export interface CheckpointOptions {
  readonly epic: string | undefined;
  readonly json: boolean;
}

export async function showCheckpoint(
  options: CheckpointOptions & { readonly reference: string | undefined },
  context: CommandContext,
): Promise<ExitCode> {
  const reference = options.reference === undefined ? null : unwrap(parseCheckpointReference(options.reference));
  const checkpoints = await openCheckpoints(options.epic, context);
  const chosen = reference ?? (await newestUsable(checkpoints));
  const named = await withGraph(checkpoints, context, reference?.kind !== 'generation', (graph) =>
    readNamedCheckpoint(chosen, { ...checkpoints, epicId: checkpoints.place.epicId, graph }),
  );
  const { name, generation, checkpoint } = unwrap(named);
  if (options.json) {
    context.output.json({ epicId: checkpoints.place.epicId, name, generation, checkpoint });
    return exitCodes.ok;
  }
  const later =
    generation === null
      ? null
      : await replayJournals({ directory: checkpoints.directory, after: checkpoint, readOnly: true });
  const laterEvents = later === null || !later.ok ? null : later.value.events.length;
  await printLines(checkpointLines({ name, checkpoint, laterEvents }), context.output, { isWhole: true });
  return exitCodes.ok;
}

export async function checkpointHistory(
  options: CheckpointOptions & { readonly isGraphAsked: boolean },
  context: CommandContext,
): Promise<ExitCode> {
  const { output } = context;
  const checkpoints = await openCheckpoints(options.epic, context);
  const { epicId } = checkpoints.place;
  const generations = await checkpoints.stateFile.history();
  const asked = options.isGraphAsked
    ? await withGraph(checkpoints, context, true, async (graph) =>
        graph === null ? ok({ states: [] }) : graph.client.stateHistory({ epicId }),
      )
    : null;
  const states = asked === null ? null : unwrap(asked).states;
  if (options.json) {
    output.json({ epicId, generations, ...(states === null ? {} : { graph: states }) });
    return exitCodes.ok;
  }
  if (generations.length === 0) output.line(`No checkpoint of the epic ${epicId} in ${shownDirectory(checkpoints)}.`);
  else await printLines(generationLines(generations, widthFor(output)), output);
  await printLines(damageLines(generations), output, { isWhole: true });
  if (states === null) return exitCodes.ok;
  output.line('');
  output.line(states.length === 0 ? `The graph has no state of the epic ${epicId}.` : 'In the graph:');
  if (states.length > 0) await printLines(graphHistoryLines(states, widthFor(output)), output);
  return exitCodes.ok;
}

export async function diffTwoCheckpoints(
  options: CheckpointOptions & { readonly before: string; readonly after: string | undefined },
  context: CommandContext,
): Promise<ExitCode> {
  const before = unwrap(parseCheckpointReference(options.before));
  const after = options.after === undefined ? null : unwrap(parseCheckpointReference(options.after));
  const checkpoints = await openCheckpoints(options.epic, context);
  const isGraphNeeded = [before, after].some((reference) => reference !== null && reference.kind !== 'generation');
  const both = await withGraph(checkpoints, context, isGraphNeeded, async (graph) => {
    const sources = { ...checkpoints, epicId: checkpoints.place.epicId, graph };
    const first = await readNamedCheckpoint(before, sources);
    if (!first.ok) return first;
    const second = after === null ? await asItStands(checkpoints) : await readNamedCheckpoint(after, sources);
    return second.ok ? ok([first.value, second.value] as const) : second;
  });
  const [first, second] = unwrap(both);
  const differences = diffCheckpoints(first.checkpoint, second.checkpoint);
  const { output } = context;
  if (options.json) {
    output.json({ before: endOfDiff(first), after: endOfDiff(second), tasks: differences });
    return exitCodes.ok;
  }
  const between = `${first.name} (sequence ${first.checkpoint.sequence}) and ${second.name} (sequence ${second.checkpoint.sequence})`;
  output.line(`${differing(differences.length)} between ${between}.`);
  if (differences.length > 0) await printLines(differenceLines(differences, widthFor(output)), output);
  return exitCodes.ok;
}

function differing(tasks: number): string {
  if (tasks === 0) return 'No task differs';
  return `${counted(tasks, 'task')} ${tasks === 1 ? 'differs' : 'differ'}`;
}

function endOfDiff({ name, checkpoint }: NamedCheckpoint): object {
  const { runId, epoch, sequence, savedAt } = checkpoint;
  return { name, runId, epoch, sequence, savedAt };
}

async function newestUsable({ stateFile }: Checkpoints): Promise<CheckpointReference> {
  const entries = await stateFile.history();
  const usable = entries.find(({ kind }) => kind === 'usable');
  return { kind: 'generation', generation: (usable ?? entries[0])?.generation ?? 0 };
}
