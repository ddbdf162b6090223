import { configSchema } from '@ginkoai/contract';
import { repositoryCommands, type RepositoryCommandUses } from '../../../src/lib/perform/repository-commands.js';
import { parseSprint } from '../../../src/lib/sprint/parse-sprint.js';

const file = 'docs/sprints/a.md';
const sprint = parseSprint(
  [
    '## TASK-1: Build',
    '**Run:** `make`',
    '**Verify:** `make check`',
    '## TASK-2: Nothing to run',
    '## TASK-3: Test',
    '**Run:**',
    '```sh',
    'npm ci',
    'npm test',
    '```',
  ].join('\n'),
  file,
);
const config = configSchema.parse({
  agents: { coder: { command: 'code --task {taskFile}', verify: 'npm test' }, other: { command: 'other' } },
  defaults: { verify: 'npm run lint' },
});

const all: RepositoryCommandUses = { runBlocks: true, verify: true, agents: true };
const none: RepositoryCommandUses = { runBlocks: false, verify: false, agents: false };

describe('the commands that come out of the repository', () => {
  const wheres = (uses: RepositoryCommandUses): string[] =>
    repositoryCommands({ sprint, file, config, uses }).map(({ where }) => where);

  it('are those of the configuration and of each task, with their places', () => {
    expect(repositoryCommands({ sprint, file, config, uses: all })).toEqual([
      { text: 'code --task {taskFile}', where: 'agent coder, "command" (.ginko/config.json)' },
      { text: 'npm test', where: 'agent coder, "verify" (.ginko/config.json)' },
      { text: 'other', where: 'agent other, "command" (.ginko/config.json)' },
      { text: 'npm run lint', where: '"defaults.verify" (.ginko/config.json)' },
      { text: 'make', where: 'TASK-1, **Run:** (docs/sprints/a.md:1)' },
      { text: 'make check', where: 'TASK-1, **Verify:** (docs/sprints/a.md:1)' },
      { text: 'npm ci\nnpm test', where: 'TASK-3, **Run:** (docs/sprints/a.md:5)' },
    ]);
  });

  it('are only those that a run would use', () => {
    expect(wheres(none)).toEqual([]);
    expect(wheres({ ...none, runBlocks: true })).toEqual([
      'TASK-1, **Run:** (docs/sprints/a.md:1)',
      'TASK-3, **Run:** (docs/sprints/a.md:5)',
    ]);
    expect(wheres({ ...none, verify: true })).toEqual([
      '"defaults.verify" (.ginko/config.json)',
      'TASK-1, **Verify:** (docs/sprints/a.md:1)',
    ]);
    expect(wheres({ ...none, agents: true })).toHaveLength(3);
  });
});
