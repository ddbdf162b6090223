import { exitCodes, unwrap, type ExitCode } from '@ginkoai/contract';
import { loadConfig } from '../lib/perform/load-config.js';
import { confirm } from '../lib/perform/confirm.js';
import { repositoryCommands } from '../lib/perform/repository-commands.js';
import { findProjectRoot, findSprint, shownPath } from '../lib/perform/sprint-files.js';
import { trust, untrusted } from '../lib/perform/trust.js';
import { counted } from '../lib/report/count-text.js';
import { printLines } from '../lib/report/print-lines.js';
import { trustLines, type JudgedCommand } from '../lib/report/trust-view.js';
import { parseSprint } from '../lib/sprint/parse-sprint.js';
import { cleanText } from '../lib/report/clean-text.js';
import type { CommandContext } from '../program.js';

export interface TrustOptions {
  readonly file: string | undefined;
  readonly isListOnly: boolean;
  readonly isYes: boolean;
  readonly json: boolean;
}

/** Shows the commands that come out of the repository, and approves them. */
export async function trustCommands(options: TrustOptions, context: CommandContext): Promise<ExitCode> {
  const { output, env } = context;
  const commands = await judgedCommands(options.file, context);
  const fresh = commands.filter(({ isApproved }) => !isApproved);
  if (!options.json) {
    await printLines(trustLines(commands), output, { isWhole: true });
    output.line(summary(commands.length, fresh.length));
  }
  if (options.isListOnly || fresh.length === 0) {
    if (options.json) output.json({ commands, approvedNow: 0 });
    return exitCodes.ok;
  }
  const question = `Approve ${fresh.length === 1 ? 'this command' : `these ${fresh.length} commands`} for this user`;
  if (!unwrap(await confirm({ question, isYes: options.isYes, output }))) {
    output.error('Nothing was approved.');
    return exitCodes.personNeeded;
  }
  const approvedNow = unwrap(await trust(fresh, env));
  if (options.json)
    output.json({ commands: commands.map((command) => ({ ...command, isApproved: true })), approvedNow });
  else output.line(`Approved. An edit of a command's text needs a new approval; an edit elsewhere does not.`);
  return exitCodes.ok;
}

async function judgedCommands(
  file: string | undefined,
  { cwd, env, output }: CommandContext,
): Promise<JudgedCommand[]> {
  const loaded = unwrap(await loadConfig(await findProjectRoot(cwd)));
  for (const warning of loaded.warnings) output.error(cleanText(warning));
  const found = await findSprint({ cwd, naming: 'argument', ...(file === undefined ? {} : { sprint: file }) });
  // Without an active sprint the configuration still has its commands.
  const isWithout = !found.ok && file === undefined && found.failure.code === 'no_sprint';
  const { sprint, file: path } = isWithout ? { sprint: parseSprint('', ''), file: '' } : unwrap(found);
  const commands = repositoryCommands({
    sprint,
    file: shownPath(path, cwd),
    config: loaded.config,
    uses: { runBlocks: true, verify: true, agents: true },
  });
  const fresh = new Set(unwrap(untrusted(commands, env)));
  return commands.map((command) => ({ ...command, isApproved: !fresh.has(command) }));
}

function summary(all: number, fresh: number): string {
  if (all === 0) return 'No commands come from this repository: nothing needs approval.';
  if (fresh === 0) return `${counted(all, 'command')} from this repository, all approved.`;
  return `${counted(all, 'command')} from this repository, ${fresh} not approved.`;
}
