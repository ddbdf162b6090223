import { failed, ok, type Result } from '@ginkoai/contract';
import { command } from '../options/local-agent-specs.js';
import type { Prepared } from '../options/prepared.js';
import { findProgram } from './find-program.js';
import { repositoryCommands } from './repository-commands.js';
import { shownPath } from './sprint-files.js';
import { untrusted } from './trust.js';

interface PreflightContext {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Looks at everything that would stop a run later, while nothing has been touched yet. A repeated task id is row C33 of
 * the reconciliation table: nobody can tell which of the two a fact is about.
 */
export async function preflight(prepared: Prepared, context: PreflightContext): Promise<Result<null>> {
  const { found, options, config, specs } = prepared;
  const file = shownPath(found.file, context.cwd);
  const repeated = found.sprint.problems.filter(({ code }) => code === 'duplicate_id');
  const [first] = repeated;
  if (first !== undefined) {
    const more = repeated.length > 1 ? ` (and ${repeated.length - 1} more)` : '';
    return failed('duplicate_task', `${file}:${first.line}: ${first.message}${more} Nothing was started.`);
  }
  const programs = specs.flatMap(({ argv, name }) =>
    argv === null ? [] : [{ program: argv[0] ?? '', of: `agent ${name}` }],
  );
  const verify = options.verify ?? config.defaults.verify;
  if (verify !== undefined && verify !== null) {
    const argv = command(verify, '--verify');
    if (!argv.ok) return argv;
    programs.push({ program: argv.value[0] ?? '', of: 'the verify command' });
  }
  for (const { program, of } of programs) {
    if (findProgram(program, { path: context.env['PATH'] ?? '', cwd: found.root }) !== null) continue;
    return failed(
      'agent_not_started',
      `The program of ${of} was not found or is not executable: "${program}". Install it, correct its name, or choose another agent with --exec or --agent.`,
    );
  }
  return options.isTrusted ? ok(null) : checkTrust(prepared, context, file);
}

async function checkTrust(
  { found, options, config, specs }: Prepared,
  { env }: PreflightContext,
  file: string,
): Promise<Result<null>> {
  const commands = repositoryCommands({
    sprint: found.sprint,
    file,
    config,
    uses: {
      runBlocks: specs.some(({ argv }) => argv === null),
      verify: specs.length > 0,
      agents: specs.some(({ isFromRepository, argv }) => isFromRepository && argv !== null),
    },
  }).filter(({ where }) => options.verify === null || !where.startsWith('"defaults.verify"'));
  const open = await untrusted(commands, env);
  if (!open.ok) return open;
  const [first] = open.value;
  if (first === undefined) return ok(null);
  const more = open.value.length > 1 ? ` and ${open.value.length - 1} more` : '';
  return failed(
    'not_trusted',
    `This repository brings commands that you have not approved: ${first.where}${more}. Look at them and approve them with ginko trust, or approve them for this run with --trust.`,
  );
}
