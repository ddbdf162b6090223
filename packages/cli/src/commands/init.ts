import { join } from 'node:path';
import { exitCodes, unwrap, type ExitCode } from '@ginkoai/contract';
import { initProject } from '../lib/perform/init-project.js';
import { findProjectRoot, shownPath } from '../lib/perform/sprint-files.js';
import type { CommandContext } from '../program.js';

export async function init({ json }: { readonly json: boolean }, context: CommandContext): Promise<ExitCode> {
  const { cwd, output } = context;
  const root = await findProjectRoot(cwd);
  const { files, hadSprint } = unwrap(await initProject(root));
  const next = hadSprint ? 'ginko orchestrate --dry-run' : 'ginko orchestrate --agent shell --trust';
  if (json) {
    output.json({ root, files, next });
    return exitCodes.ok;
  }
  for (const { path, isNew } of files) {
    const shown = shownPath(join(root, path), cwd);
    output.line(isNew ? `Made ${shown}` : `${shown} was there and is left as it is`);
  }
  if (hadSprint) output.line('There are sprints already, so none was made');
  if (files.some(({ path, isNew }) => isNew && path.endsWith('config.json')))
    output.line('The agent "coder" in the configuration is an example: put the command of your own there.');
  output.line(`Next: ${next}`);
  return exitCodes.ok;
}
