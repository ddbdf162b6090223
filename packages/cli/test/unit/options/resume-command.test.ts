import { execFileSync } from 'node:child_process';
import { resumeCommand } from '../../../src/lib/options/resume-command.js';

const bash = { env: { LC_ALL: 'C.UTF-8' }, stdio: ['ignore', 'pipe', 'inherit'] as 'pipe'[] };

describe('the command that goes on with a run', () => {
  it('is the one that started it, with --resume once and without what is said anew each time', () => {
    const flags = {
      sprint: 'docs/sprints/a.md',
      epic: 'e-1',
      exec: 'claude --print',
      verify: 'npm test',
      agents: '4',
      maxAttempts: '2',
      writeBack: false,
      respawn: true,
      json: true,
      resume: true,
      dryRun: true,
      takeover: true,
      trust: true,
    };
    expect(resumeCommand(flags, {})).toBe(
      'ginko orchestrate --resume --sprint docs/sprints/a.md --epic e-1 --exec "claude --print" --verify "npm test" ' +
        '--agents 4 --max-attempts 2 --no-write-back --respawn --json',
    );
  });

  it('is the bare one when nothing was said', () => {
    expect(resumeCommand({ writeBack: true }, {})).toBe('ginko orchestrate --resume');
  });

  it('begins as the command was called', () => {
    expect(resumeCommand({ agents: '3' }, { GINKO_CALLED_AS: 'npm start --' })).toBe(
      'npm start -- --resume --agents 3',
    );
    expect(resumeCommand({}, { npm_lifecycle_event: 'npx' })).toBe('npx ginko orchestrate --resume');
    expect(resumeCommand({}, { npm_lifecycle_event: 'test' })).toBe('ginko orchestrate --resume');
  });

  it.each([
    'plain',
    'two words',
    "sh -c 'echo $HOME'",
    'say "hi" `x` \\ !',
    "it's",
    'line one\nline two\ttab',
    'escape \u001b[31mred\u0007 and \u202eback',
    '',
  ])('gives %j to a shell as it was', (exec) => {
    const command = resumeCommand({ exec }, {});
    expect(command).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
    const words = command.slice('ginko orchestrate --resume --exec '.length);
    expect(execFileSync('bash', ['--norc', '-c', `printf %s ${words}`], bash).toString()).toBe(exec);
  });
});
