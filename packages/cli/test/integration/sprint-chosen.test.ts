import { utimesSync } from 'node:fs';
import { useCommandProject, type Ran } from '../support/command-project.js';

const project = useCommandProject();
const orchestrate = (...args: readonly string[]): Promise<Ran> =>
  project().start('orchestrate', '--exec', 'true', ...args).ended;
const line = 'ℹ Sprint: docs/sprints/new.md is the newest sprint file with open tasks\n';

beforeEach(() => {
  for (const [index, name] of ['old', 'new'].entries()) {
    project().write(`docs/sprints/${name}.md`, `# ${name}\n### TASK-1: a\n`);
    utimesSync(project().path(`docs/sprints/${name}.md`), 1_000 + index, 1_000 + index);
  }
});

describe('the sprint that is run', () => {
  it('is named where nobody had named or declared it, after what is recovered', async () => {
    const { stdout } = await orchestrate('--no-write-back');
    expect(stdout).toContain(line);
    const resumed = await orchestrate('--resume', '--no-write-back');
    expect(resumed.stdout.trimStart()).toMatch(/^✓ Recovered state from graph/);
    expect(resumed.stdout).toContain(line);
  });

  it('goes without saying where it was named or declared, and where only what went wrong is told', async () => {
    for (const args of [['--quiet'], ['--json'], ['--sprint', 'docs/sprints/old.md']]) {
      const { code, stdout } = await orchestrate(...args, '--no-write-back');
      expect(code).toBe(0);
      expect(stdout).not.toMatch(/newest|sprint_chosen/);
    }
    project().write('docs/sprints/old.md', '---\nstatus: active\n---\n# old\n### TASK-1: a\n');
    expect((await orchestrate('--no-write-back')).stdout).not.toMatch(/newest/);
  });
});
