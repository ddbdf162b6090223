import { useCommandProject } from '../../support/command-project.js';

const project = useCommandProject();

describe('words that name no command', () => {
  it.each([
    [['stat'], 'There is no command "ginko stat". Did you mean ginko status?'],
    [['help', 'stat'], 'There is no command "ginko stat". Did you mean ginko status?'],
    [['nonsense', '--help'], 'There is no command "ginko nonsense". There are: orchestrate,'],
    [['task', 'complet', 'TASK-1'], 'There is no command "ginko task complet". Did you mean ginko task complete?'],
    [['help', 'task', 'finish'], 'There is no command "ginko task finish".'],
  ])('%j: says so, and what may have been meant', async (args, says) => {
    const ran = await project().run(...args);
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toContain(says);
    expect(ran.stderr).toMatch(/See ginko( task)? --help\.\n$/);
  });

  it.each([
    [['help', 'task', 'complete'], 'Usage: ginko task complete [options] <id>'],
    [['task', 'help', 'complete'], 'Usage: ginko task complete [options] <id>'],
    [['task', 'complete', '--help'], 'Usage: ginko task complete [options] <id>'],
    [['help', 'status'], 'Usage: ginko status'],
    [['help'], 'Usage: ginko [options] [command]'],
  ])('%j: prints the help of just that', async (args, says) => {
    const ran = await project().run(...args);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout.startsWith(says)).toBe(true);
  });

  it.each([
    [['orchestrate', 'foo'], 'ginko orchestrate has no place for the word "foo". Did you mean --sprint foo?'],
    [['status', 'foo'], 'Did you mean --sprint foo?'],
    [['init', 'here'], 'ginko init has no place for the word "here". See ginko init --help.'],
    [['task', 'show', 'TASK-1', 'TASK-2'], 'ginko task show has no place for the word "TASK-2".'],
  ])('%j: names the word that is too much', async (args, says) => {
    const ran = await project().run(...args);
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toContain(says);
  });
});
