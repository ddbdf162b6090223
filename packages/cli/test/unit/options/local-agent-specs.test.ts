import { sprintText, useCommandProject } from '../../support/command-project.js';

const project = useCommandProject();

describe('the name of an agent', () => {
  beforeEach(() => project().write('docs/sprints/a.md', sprintText([{ id: 'TASK-1' }])));

  it.each(['nobody', 'constructor', 'toString'])(
    'that there is not is refused with those that there are: %s',
    async (name) => {
      project().write('.ginko/config.json', JSON.stringify({ agents: { writer: { command: 'true' } } }));
      expect(await project().run('orchestrate', '--dry-run', '--agent', name)).toMatchObject({
        code: 1,
        stderr: `--agent must name an agent, got "${name}". There are: writer, claude, codex, gemini, opencode, aider, shell. Or give the command with --exec.\n`,
      });
    },
  );
});
