import { mkdirSync } from 'node:fs';
import { openJournal } from '../../../src/lib/perform/journal.js';
import { keepResumeCommand } from '../../../src/lib/perform/resume-command-file.js';
import { createStateFile } from '../../../src/lib/perform/state-file.js';
import { sprintText, useCommandProject } from '../../support/command-project.js';
import { aCheckpoint, runStarted, valueOf } from '../../support/history.js';

describe('the command that status says goes on with a run', () => {
  const project = useCommandProject();
  const directory = (): string => project().path('.ginko/orchestrator/epic-1');
  const shown = async (): Promise<string> => (await project().run('status')).stdout;

  beforeEach(async () => {
    project().write('docs/sprints/a.md', sprintText([{ id: 'TASK-1' }]));
    mkdirSync(directory(), { recursive: true });
    const journal = valueOf(await openJournal({ directory: directory(), epoch: 1 }));
    const at = '2026-01-05T10:00:00.000Z';
    valueOf(
      await journal.append([
        runStarted(),
        { kind: 'run_stopped', sequence: 2, at, stopReason: 'max_runtime', exitCode: 75 },
      ]),
    );
    valueOf(await journal.close());
    valueOf(await createStateFile({ directory: directory(), epicId: 'epic-1' }).save(aCheckpoint({ sequence: 1 })));
  });

  it('has a hint to the options of the start where they are not known', async () => {
    expect(await shown()).toContain(
      'Continue with: ginko orchestrate --resume (and the options it was started with)\n',
    );
  });

  it('is the one that the start of the run kept, without what could steer a terminal', async () => {
    valueOf(await keepResumeCommand(directory(), 'ginko orchestrate --resume --exec \u001b[31mred'));
    expect(await shown()).toContain('Continue with: ginko orchestrate --resume --exec red\n');
  });
});
