import {
  exitCodeOf,
  exitCodes,
  ok,
  type ExitCode,
  type Failure,
  type FailureCode,
  type Result,
  type StopReason,
} from '@ginkoai/contract';
import type { CommandContext } from '../program.js';
import { contextMetrics, detectHarness } from '../lib/decide/context-pressure.js';
import type { RunLimits } from '../lib/decide/limits.js';
import { refusalReason } from '../lib/decide/refusal-reason.js';
import { checkEnvironment } from '../lib/options/environment.js';
import { loadConfig } from '../lib/perform/load-config.js';
import { localAgentSpecs } from '../lib/options/local-agent-specs.js';
import { orchestrateOptions, type OrchestrateFlags } from '../lib/options/orchestrate-options.js';
import { resumeCommand } from '../lib/options/resume-command.js';
import type { Prepared } from '../lib/perform/prepared.js';
import { createReporter } from '../lib/report/create-reporter.js';
import { reportMode } from '../lib/report/report-mode.js';
import { isRespawned } from './respawner.js';
import type { startGraphAhead } from '../lib/perform/start-graph-ahead.js';
import { systemClock } from '../lib/perform/clock.js';
import { findProjectRoot, findSprint } from '../lib/perform/sprint-files.js';

/** `ginko orchestrate`: flags -> options -> ports wired -> run -> exit code. */
export async function orchestrate(
  flags: OrchestrateFlags,
  context: CommandContext,
  args: readonly string[],
): Promise<ExitCode> {
  const refuse = (failure: Failure): ExitCode => {
    context.output.error(failure.message);
    return tellRefusal(failure, flags, context);
  };
  const settings = await readSettings(flags, context);
  if (!settings.ok) return refuse(settings.failure);
  const { options } = settings.value;
  const thread = options.isDryRun || options.isRespawn ? undefined : await startThread(settings.value, context);
  const prepared = await prepare(settings.value, flags, context);
  if (!prepared.ok) {
    await closeThread(thread);
    return refuse(prepared.failure);
  }
  if (options.isDryRun) {
    const { printPlan } = await import('./orchestrate-plan.js');
    const printed = await printPlan(prepared.value, context);
    return printed.ok ? exitCodes.ok : refuse(printed.failure);
  }
  if (options.isRespawn) {
    const { respawn } = await import('./respawn.js');
    return respawn(args, context);
  }
  const { preflight } = await import('../lib/perform/preflight.js');
  const cleared = preflight(prepared.value, context);
  if (!cleared.ok) {
    await closeThread(thread);
    return refuse(cleared.failure);
  }
  const ran = await run(prepared.value, context, thread);
  if (ran.ok) return ran.value;
  if (ran.failure.code !== 'lease_held' || !canAsk(context)) return refuse(ran.failure);
  if (!(await mayTakeOver(ran.failure, context))) {
    context.output.error('Nothing was changed.');
    return tellRefusal(ran.failure, flags, context);
  }
  const takingOver = { ...prepared.value, options: { ...options, isTakeover: true } };
  const again = await run(takingOver, context, await startThread(settings.value, context));
  return again.ok ? again.value : refuse(again.failure);
}

/** A person at a terminal is asked; a script needs `--takeover`. */
function canAsk({ output }: CommandContext): boolean {
  return output.isTerminal && process.stdin.isTTY;
}

/** Somebody else holds the run. */
async function mayTakeOver(failure: Failure, { output }: CommandContext): Promise<boolean> {
  const { confirm } = await import('../lib/perform/confirm.js');
  const agreed = await confirm({ question: `${failure.message}\nTake the run over`, isYes: false, output });
  return agreed.ok && agreed.value;
}

type GraphThread = ReturnType<typeof startGraphAhead> | undefined;
type Settings = Pick<Prepared, 'options' | 'config' | 'warnings'>;

async function readSettings(flags: OrchestrateFlags, { cwd, env }: CommandContext): Promise<Result<Settings>> {
  const environment = checkEnvironment(env);
  if (!environment.ok) return environment;
  const loaded = await loadConfig(await findProjectRoot(cwd));
  if (!loaded.ok) return loaded;
  const { config, warnings } = loaded.value;
  const options = orchestrateOptions(flags, config, env);
  return options.ok ? ok({ options: options.value, config, warnings }) : options;
}

/** Before the sprint is looked for: the thread loads its program meanwhile. */
async function startThread({ options, config }: Settings, { env }: CommandContext): Promise<GraphThread> {
  const { startGraphAhead } = await import('../lib/perform/start-graph-ahead.js');
  return startGraphAhead({ config, env, isOffline: options.isOffline });
}

async function closeThread(thread: GraphThread): Promise<void> {
  if (thread?.ok === true) await thread.value.close();
}

async function prepare(
  settings: Settings,
  flags: OrchestrateFlags,
  { cwd, env }: CommandContext,
): Promise<Result<Prepared>> {
  const { options, config } = settings;
  const { sprint, epic } = options;
  const found = await findSprint({ cwd, ...(sprint === null ? {} : { sprint }), ...(epic === null ? {} : { epic }) });
  if (!found.ok) return found;
  const specs = localAgentSpecs(options, config);
  if (!specs.ok) return specs;
  return ok({ ...settings, found: found.value, specs: specs.value, continueWith: resumeCommand(flags, env) });
}

/** Closes the thread, whatever comes of the run. */
async function run(
  prepared: Prepared,
  { output, env }: CommandContext,
  thread: GraphThread,
): Promise<Result<ExitCode>> {
  const { options, found } = prepared;
  const [{ orchestrateSprint }, { listenForInterrupts }] = await Promise.all([
    import('../lib/perform/orchestrate-sprint.js'),
    import('../lib/perform/interrupts.js'),
  ]);
  const clock = systemClock;
  const reporter = await createReporter({
    output,
    mode: reportMode(output, { json: options.isJson, quiet: options.isQuiet }),
    verbose: options.isVerbose,
    quiet: options.isQuiet,
    now: () => clock.now(),
  });
  const harness = detectHarness(env);
  let events = 0;
  let isStopped = false;
  const metrics = (): ReturnType<typeof contextMetrics> | undefined =>
    harness === null
      ? undefined
      : contextMetrics({ harness, characters: output.writtenCharacters(), lines: events, events });
  const startedAt = clock.now();
  const limits = (): RunLimits => ({
    maxAttempts: options.maxAttempts,
    maxLosses: options.maxLosses,
    backoffMs: options.backoffMs,
    maxBackoffMs: options.maxBackoffMs,
    stallAfterMs: options.pollIntervalMs * 10,
    maxRuntimeMs: options.maxRuntimeMs,
    startedAt,
    contextPressure: metrics()?.pressure ?? null,
  });
  const counting: typeof reporter = {
    start: (view, titleOf) => reporter.start(view, titleOf),
    event: (event) => {
      events += 1;
      reporter.event(event);
      // After the lines about the recovery, which have a fixed wording and come first.
      if (found.isGuessed && (event.kind === 'run_started' || event.kind === 'recovered'))
        reporter.event({ kind: 'sprint_chosen', at: event.at, message: found.why });
    },
    stop: (summary) => {
      isStopped = true;
      const goesOnByItself = summary.exitCode === exitCodes.resume && isRespawned(env);
      reporter.stop({ ...summary, resumeCommand: prepared.continueWith, goesOnByItself });
    },
  };
  try {
    return await orchestrateSprint({
      ...prepared,
      env,
      clock,
      chance: Math.random,
      limits,
      metrics,
      thread,
      reporter: counting,
      listen: (onInterrupt, onEnough) => listenForInterrupts({ clock, onInterrupt, onEnough }),
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (options.isJson && !isStopped) output.json(stoppedLine('crashed', message));
    throw error;
  }
}

/** A run that did not begin ends for programs as every run does: the last line of `--json` says why. */
function tellRefusal(
  { code, message }: { readonly code: FailureCode; readonly message: string },
  { json }: OrchestrateFlags,
  { output }: CommandContext,
): ExitCode {
  const stopReason = refusalReason(code);
  const exitCode = exitCodeOf(stopReason);
  if (json === true) output.json(stoppedLine(stopReason, message));
  return exitCode;
}

function stoppedLine(stopReason: StopReason, message: string): object {
  const at = new Date(systemClock.now()).toISOString();
  return { kind: 'run_stopped', at, stopReason, exitCode: exitCodeOf(stopReason), message };
}
