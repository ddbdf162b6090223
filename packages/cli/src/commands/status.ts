import { exitCodes, ok, unwrap, type ExitCode, type Failure, type Result } from '@ginkoai/contract';
import { checkEnvironment } from '../lib/options/environment.js';
import { systemClock } from '../lib/perform/clock.js';
import { graphAsItIs } from '../lib/perform/graph-as-it-is.js';
import { graphToLookAt } from '../lib/perform/graph-to-look-at.js';
import { lookAtRun } from '../lib/perform/look-at-run.js';
import { findRunPlace, type RunPlace } from '../lib/perform/run-place.js';
import { readResumeCommand } from '../lib/perform/resume-command-file.js';
import { openStateDirectory } from '../lib/perform/state-directory.js';
import { untilTerminated } from '../lib/perform/until-terminated.js';
import {
  changeLines,
  firstLine,
  lookJson,
  lookLines,
  type FoundRun,
  type LookViewOptions,
} from '../lib/report/look-view.js';
import { noRunText } from '../lib/report/graph-reason.js';
import { printLines } from '../lib/report/print-lines.js';
import { createLookScreen } from '../lib/report/look-screen.js';
import { cleanText } from '../lib/report/clean-text.js';
import type { RunLook } from '../lib/report/run-look.js';
import type { CommandContext } from '../program.js';

export interface StatusOptions {
  readonly sprint: string | undefined;
  readonly epic: string | undefined;
  readonly isWatching: boolean;
  readonly json: boolean;
}

const watchIntervalMs = 2_000;

/** The run as it stands. Nothing is changed, and no lock is taken. */
export async function status(options: StatusOptions, context: CommandContext): Promise<ExitCode> {
  const { output, cwd } = context;
  unwrap(checkEnvironment(context.env));
  const place = unwrap(await findRunPlace({ cwd, sprint: options.sprint, epic: options.epic }));
  for (const warning of place.warnings) output.error(cleanText(warning));
  const look = unwrap(await lookOnce(place, context, options.isWatching));
  if (!isFound(look)) {
    output.error(noRunText(place.epicId, look.reason ?? ''));
    return exitCodes.personNeeded;
  }
  if (options.isWatching) await watch(look, { place, json: options.json }, context);
  else if (options.json) output.json(lookJson(look, await viewOptions(place)));
  else await printLines(lookLines(look, await viewOptions(place)), output, { isWhole: true });
  return exitCodes.ok;
}

/** Watching would copy the file of a graph that nobody serves every other second: it waits for one that is served. */
async function lookOnce(place: RunPlace, { env }: CommandContext, isWatching: boolean): Promise<Result<RunLook>> {
  const { root, config } = place;
  const served = await graphToLookAt({ root, config, env, unserved: 'leave' });
  if (!served.ok) return served;
  if (served.value === null && !isWatching) return lookAtUnserved(place, env);
  try {
    return await lookAtRun({ place, graph: served.value, prefers: 'graph' });
  } finally {
    await served.value?.close();
  }
}

/** What people said after the run ended stands in the graph alone; of events it has not heard it never will. */
async function lookAtUnserved(place: RunPlace, env: CommandContext['env']): Promise<Result<RunLook>> {
  const { root, config } = place;
  const graph = await graphAsItIs({ root, config, env, isOffline: false });
  if (graph.kind !== 'connected') return lookAtRun({ place, graph: null, prefers: 'graph' });
  try {
    const look = await lookAtRun({ place, graph: graph.connection, prefers: 'newest' });
    return look.ok ? ok({ ...look.value, graphUrl: null }) : look;
  } finally {
    await graph.close();
  }
}

function isFound(look: RunLook): look is FoundRun {
  return look.source !== 'none';
}

async function viewOptions({ root, sprint, epicId }: RunPlace): Promise<LookViewOptions> {
  const directory = unwrap(await openStateDirectory({ workingCopy: root, epicId, readOnly: true }));
  const resumeCommand = (await readResumeCommand(directory)) ?? unknownOptions;
  return {
    sprintTitle: sprint?.sprint.title ?? epicId,
    now: systemClock.now(),
    resumeCommand: cleanText(resumeCommand),
  };
}

const unknownOptions = 'ginko orchestrate --resume (and the options it was started with)';

interface Watched {
  readonly place: RunPlace;
  readonly json: boolean;
}

/** Looks again every two seconds until a signal ends it. */
async function watch(first: FoundRun, { place, json }: Watched, context: CommandContext): Promise<void> {
  const show = await watcher(first, { place, json }, context);
  let isOver = false;
  const terminated = untilTerminated().then(() => (isOver = true));
  try {
    for (;;) {
      let cancel: () => void = () => undefined;
      const pause = new Promise<void>((resolve) => (cancel = systemClock.after(watchIntervalMs, resolve)));
      await Promise.race([pause, terminated]);
      cancel();
      if (isOver) return;
      const look = await lookOnce(await placeNow(place, context), context, true);
      if (!look.ok) show.trouble(look.failure);
      else if (isFound(look.value)) await show.look(look.value);
    }
  } finally {
    // The terminal gets its cursor back whatever happens.
    show.end();
  }
}

/** The sprint file may change while it is watched; one that cannot be read just now changes nothing. */
async function placeNow(place: RunPlace, { cwd }: CommandContext): Promise<RunPlace> {
  const found = await findRunPlace({ cwd, epic: place.epicId, sprint: place.sprint?.file });
  return found.ok ? found.value : place;
}

interface Watcher {
  look(look: FoundRun): Promise<void>;
  trouble(failure: Failure): void;
  end(): void;
}

async function watcher(first: FoundRun, { place, json }: Watched, { output }: CommandContext): Promise<Watcher> {
  if (!json && output.canRedraw) {
    const screen = await createLookScreen(output);
    const draw = async (look: FoundRun): Promise<void> => screen.draw(lookLines(look, await viewOptions(place)));
    await draw(first);
    return { look: draw, trouble: ({ message }) => screen.tell(message, systemClock.now()), end: () => screen.end() };
  }
  let before = first;
  if (json) output.json(lookJson(first, await viewOptions(place)));
  else await printLines([firstLine(first, await viewOptions(place))], output);
  return {
    look: async (look) => {
      const options = await viewOptions(place);
      const changes = changeLines(before, look, options);
      before = look;
      if (changes.length === 0) return;
      if (json) output.json(lookJson(look, options));
      else await printLines(changes, output);
    },
    trouble: ({ message }) => output.error(message),
    end: () => undefined,
  };
}
