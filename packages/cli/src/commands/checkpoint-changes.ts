import { relative } from 'node:path';
import { exitCodes, failed, ok, unwrap, type ExitCode, type Result } from '@ginkoai/contract';
import { diffCheckpoints, type TaskDifference } from '../lib/decide/diff-checkpoints.js';
import type { Generation } from '../lib/perform/checkpoint-generations.js';
import {
  generationWith,
  parseCheckpointReference,
  type CheckpointReference,
} from '../lib/perform/checkpoint-reference.js';
import { whoIsAtWork } from '../lib/perform/at-work.js';
import { confirm } from '../lib/perform/confirm.js';
import { pruneCheckpoints } from '../lib/perform/prune-checkpoints.js';
import {
  restoreCheckpoint,
  type RestoreCheckpoint,
  type RestoredCheckpoint,
} from '../lib/perform/restore-checkpoint.js';
import { readResumeCommand } from '../lib/perform/resume-command-file.js';
import type { RunPlace } from '../lib/perform/run-place.js';
import { markOf } from '../lib/perform/sprint-source.js';
import type { StateFile } from '../lib/perform/state-file.js';
import { counted } from '../lib/report/count-text.js';
import { cleanText } from '../lib/report/clean-text.js';
import type { CommandContext } from '../program.js';
import type { CheckpointOptions } from './checkpoint.js';
import { asItStands, openCheckpoints, shownDirectory, withGraph, type Checkpoints } from './checkpoint-room.js';

export async function restoreOldCheckpoint(
  options: CheckpointOptions & { readonly reference: string; readonly isYes: boolean },
  context: CommandContext,
): Promise<ExitCode> {
  const { output } = context;
  const reference = unwrap(parseCheckpointReference(options.reference));
  const checkpoints = await openCheckpoints(options.epic, context);
  const { directory, stateFile, place } = checkpoints;
  unwrap(await refuseAtWork(checkpoints, context));
  const generation = unwrap(await generationOf(reference, stateFile));
  const wanted = unwrap(await stateFile.read(generation));
  const now = unwrap(await asItStands(checkpoints));
  const lost = undone(diffCheckpoints(wanted, now.checkpoint));
  if (!options.json) {
    output.line(
      `Generation ${generation}: saved ${wanted.savedAt}, sequence ${wanted.sequence}, ${counted(wanted.completedTasks.length, 'task')} complete.`,
    );
    output.line(
      lost.length === 0
        ? 'No completion is undone.'
        : `${counted(lost.length, 'later completion')} would be undone, and the work done again: ${lost.map(({ taskId }) => taskId).join(', ')}.`,
    );
    output.line(`Everything later in ${shownDirectory(checkpoints)} goes to its quarantine folder.`);
  }
  const agreed = unwrap(await confirm({ question: `Restore generation ${generation}`, isYes: options.isYes, output }));
  if (!agreed) {
    output.error('Nothing was changed.');
    return exitCodes.personNeeded;
  }
  const { epicId } = place;
  const newestEpoch = now.checkpoint.epoch;
  const restored = await withGraph(checkpoints, context, true, (graph) =>
    restoreCheckpoint({
      directory,
      epicId,
      generation,
      newestEpoch,
      graph,
      marks: marksOf(place, lost),
      now: Date.now(),
    }),
  );
  const resumeCommand = await readResumeCommand(directory);
  return reportRestored(unwrap(restored), { generation, undone: lost, json: options.json, resumeCommand }, context);
}

/** Before anything is promised or asked; the lock refuses again whoever comes later. */
async function refuseAtWork(checkpoints: Checkpoints, context: CommandContext): Promise<Result<null>> {
  const { directory, place } = checkpoints;
  const other = await withGraph(checkpoints, context, true, (graph) =>
    whoIsAtWork({ directory, epicId: place.epicId, graph }),
  );
  if (other === null) return ok(null);
  return failed(
    'local_lock_held',
    `${other.orchestratorId} (process ${other.pid} on ${other.host}) is orchestrating this epic, so nothing was changed. ` +
      'Stop it, then restore again.',
  );
}

function reportRestored(
  { checkpoint, quarantined, warnings, graph }: RestoredCheckpoint,
  about: {
    readonly generation: Generation;
    readonly undone: readonly TaskDifference[];
    readonly json: boolean;
    readonly resumeCommand: string | null;
  },
  { output, cwd }: CommandContext,
): ExitCode {
  const exitCode = graph.kind === 'not_told' ? exitCodes.personNeeded : exitCodes.ok;
  if (about.json) {
    const { epoch, sequence, savedAt } = checkpoint;
    const undoneIds = about.undone.map(({ taskId }) => taskId);
    output.json({
      generation: about.generation,
      epoch,
      sequence,
      savedAt,
      undone: undoneIds,
      quarantined,
      warnings,
      graph,
    });
    return exitCode;
  }
  output.line(`Restored: the state is at sequence ${checkpoint.sequence} again.`);
  for (const path of quarantined) output.line(`  Later state kept in ${relative(cwd, path)}`);
  for (const warning of warnings) output.error(cleanText(warning));
  if (graph.kind === 'told') output.line(`  The graph has it as its newest state, epoch ${checkpoint.epoch}.`);
  if (graph.kind === 'not_told') {
    output.error(
      `The graph still has the later state, and a resume would choose it: ${graph.failure.message} Then restore generation 0.`,
    );
  } else output.line(`  Continue with: ${cleanText(about.resumeCommand ?? 'ginko orchestrate --resume')}`);
  return exitCode;
}

/** What the sprint file shows of the tasks that are open again. */
function marksOf({ root, sprint }: RunPlace, lost: readonly TaskDifference[]): RestoreCheckpoint['marks'] {
  if (sprint === null) return null;
  const ids = new Set(lost.map(({ taskId }) => taskId));
  const tasks = sprint.sprint.tasks.filter(({ id }) => ids.has(id));
  return { sprintFile: relative(root, sprint.file), undone: new Map(tasks.map((task) => [task.id, markOf(task)])) };
}

/** Complete now, and not complete then. */
function undone(differences: readonly TaskDifference[]): readonly TaskDifference[] {
  return differences.filter(({ before, after }) => after.status === 'complete' && before.status !== 'complete');
}

export async function pruneOldCheckpoints(
  options: CheckpointOptions & { readonly keep: string; readonly isDryRun: boolean },
  context: CommandContext,
): Promise<ExitCode> {
  const { output, cwd } = context;
  const keep = unwrap(parseKeep(options.keep));
  const { directory, place } = await openCheckpoints(options.epic, context);
  const { isDryRun } = options;
  const files = unwrap(await pruneCheckpoints({ directory, epicId: place.epicId, keep, isDryRun, now: Date.now() }));
  if (options.json) {
    output.json({ epicId: place.epicId, isDryRun, removed: files });
    return exitCodes.ok;
  }
  for (const { path, bytes } of files)
    output.line(`${isDryRun ? 'Would remove' : 'Removed'} ${relative(cwd, path)} (${counted(bytes, 'byte')})`);
  if (files.length === 0)
    output.line(`Nothing to remove: quarantine is empty, and there are at most ${counted(keep, 'generation')}.`);
  return exitCodes.ok;
}

function parseKeep(text: string): Result<number> {
  const keep = Number(text);
  if (/^\d{1,3}$/.test(text) && keep >= 1) return ok(keep);
  return failed('bad_option', `--keep must be a number of generations from 1 on, got "${text}". Try --keep 2.`);
}

async function generationOf(reference: CheckpointReference, stateFile: StateFile): Promise<Result<Generation>> {
  switch (reference.kind) {
    case 'generation':
      return ok(reference.generation);
    case 'graph':
      return failed(
        'bad_option',
        'The newest state of the graph needs no restoring: ginko orchestrate --resume starts from it.',
      );
    case 'sequence': {
      const found = await generationWith(stateFile, reference.sequence);
      if (found !== null) return ok(found);
      return failed(
        'not_found',
        `No generation here has the sequence ${reference.sequence}. See ginko checkpoint history for those there are.`,
      );
    }
  }
}
