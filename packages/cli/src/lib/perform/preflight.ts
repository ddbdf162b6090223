import { ok, type Failure, type Result } from '@ginkoai/contract';
import type { ReconciliationRow } from '../decide/change.js';
import { command } from '../options/local-agent-specs.js';
import type { Prepared } from './prepared.js';
import { findProgram } from './find-program.js';
import { commandsOfRun } from './repository-commands.js';
import { shownPath } from './sprint-files.js';
import { untrusted } from './trust.js';

interface PreflightContext {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Looks at everything that would stop a run later, while nothing has been touched yet. Failure: the first of it. */
export function preflight(prepared: Prepared, context: PreflightContext): Result<null> {
  const problems = preflightProblems(prepared, context);
  if (!problems.ok) return problems;
  const [failure] = problems.value;
  return failure === undefined ? ok(null) : { ok: false, failure };
}

/** All that a run would refuse to start for; for its plan. Failures: those of the list of approved commands. */
export function preflightProblems(prepared: Prepared, context: PreflightContext): Result<readonly Failure[]> {
  const file = shownPath(prepared.found.file, context.cwd);
  const trusted = prepared.options.isTrusted ? ok([]) : checkTrust(prepared, context, file);
  if (!trusted.ok) return trusted;
  return ok([...repeatedIds(prepared, file), ...missingPrograms(prepared, context), ...trusted.value]);
}

/** The open tasks that an agent which runs `**Run:**` blocks cannot begin with. A run would fail them one by one. */
export function tasksWithoutRunBlock({ found, specs }: Prepared, { cwd }: PreflightContext): readonly Failure[] {
  // An agent with a command of its own can take them.
  if (specs.length === 0 || specs.some(({ argv }) => argv !== null)) return [];
  const file = shownPath(found.file, cwd);
  return found.sprint.tasks
    .filter(({ run, status }) => run === null && status !== 'complete' && status !== 'cancelled')
    .map(({ id, line }) => ({
      code: 'agent_not_started',
      message: `${file}:${line}: ${id} has no **Run:** block, which is what the shell agent runs. Add one, or choose another agent.`,
    }));
}

/** Nobody can tell which of the two a fact is about. The failure names its row of the reconciliation table. */
function repeatedIds({ found }: Prepared, file: string): Failure[] {
  const repeated = found.sprint.problems.filter(({ code }) => code === 'duplicate_id');
  const [first] = repeated;
  if (first === undefined) return [];
  const more = repeated.length > 1 ? ` (and ${repeated.length - 1} more)` : '';
  const row: ReconciliationRow = 'C33';
  const message = `${file}:${first.line}: ${first.message}${more} Nothing was started.`;
  return [{ code: 'duplicate_task', message, details: { row } }];
}

interface NamedProgram {
  readonly origin: string;
  readonly argv: Result<readonly string[]>;
  /** What to do beside installing it. */
  readonly remedy: string;
}

function missingPrograms(prepared: Prepared, { env }: PreflightContext): Failure[] {
  return programsOf(prepared).flatMap(({ origin, argv, remedy }): Failure[] => {
    if (!argv.ok) return [argv.failure];
    const program = argv.value[0] ?? '';
    if (findProgram(program, { path: env['PATH'] ?? '', cwd: prepared.found.root }) !== null) return [];
    const message = `${origin}: the program "${program}" was not found or is not executable. Install it, or ${remedy}.`;
    return [{ code: 'agent_not_started', message }];
  });
}

function programsOf({ specs, options, config }: Prepared): NamedProgram[] {
  const agents = specs.flatMap(({ argv, origin }): NamedProgram[] => {
    if (argv === null) return [];
    const remedy =
      origin === '--exec' ? 'correct the command after --exec' : 'choose another agent with --exec or --agent';
    return [{ origin, argv: ok(argv), remedy }];
  });
  const { verify } = config.defaults;
  if (options.verify !== null) {
    const argv = command(options.verify, '--verify');
    return [...agents, { origin: '--verify', argv, remedy: 'correct the command after --verify' }];
  }
  if (verify === undefined) return agents;
  const origin = '"defaults.verify" of .ginko/config.json';
  return [...agents, { origin, argv: command(verify, origin), remedy: 'give another command with --verify' }];
}

function checkTrust(prepared: Prepared, { env }: PreflightContext, file: string): Result<readonly Failure[]> {
  const open = untrusted(commandsOfRun(prepared, file), env);
  if (!open.ok) return open;
  const [first] = open.value;
  if (first === undefined) return ok([]);
  const more = open.value.length > 1 ? ` and ${open.value.length - 1} more` : '';
  const message = `This repository brings commands that you have not approved: ${first.where}${more}. Look at them and approve them with ginko trust, or approve them for this run with --trust.`;
  return ok([{ code: 'not_trusted', message }]);
}
