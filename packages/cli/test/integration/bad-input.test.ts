import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stopLauncher, useCommandProject, waitFor, type Ran } from '../support/command-project.js';
import { makeReadOnly } from '../support/read-only.js';

const project = useCommandProject();
const sprintFile = 'docs/sprints/S.md';

const orchestrate = (...args: readonly string[]): Promise<Ran> => project().start('orchestrate', ...args).ended;
const writeSprint = (...lines: readonly string[]): void =>
  project().write(sprintFile, ['# S', ...lines, ''].join('\n'));
const state = (...names: readonly string[]): string => project().path(join('.ginko/orchestrator/S', ...names));
const everything = ({ stdout, stderr }: Ran): string => stdout + stderr;

/** The last line that a `--json` run has told. */
const lastLine = ({ stdout }: Ran): unknown => JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as unknown;

/** `ginko ...` that can write no file of more kilobytes: the limit stands for the full disk. */
function underFileLimit(kilobytes: number, ...args: readonly string[]): Promise<Ran> {
  const bin = fileURLToPath(new URL('../../bin/ginko.js', import.meta.url));
  const shell = ['-c', `ulimit -f ${kilobytes}; exec "$0" "$@"`, process.execPath, bin, ...args];
  const env = { ...process.env, ...project().env };
  const child = spawn('bash', shell, { cwd: project().root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ran = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (ran.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (ran.stderr += chunk.toString()));
  return new Promise((resolve) => child.once('close', (code) => resolve({ ...ran, code })));
}

describe('a sprint that cannot be run', () => {
  it('says that there is none, and how to get one', async () => {
    const ran = await orchestrate('--exec', 'true');
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toMatch(/No sprint file .*docs\/sprints.*ginko init.*--sprint/s);
  });

  it('refuses two sprints that are declared active and names both', async () => {
    for (const name of ['a', 'b']) {
      project().write(`docs/sprints/${name}.md`, `---\nsprint_id: ${name}\nstatus: active\n---\n# S\n### TASK-1: x\n`);
    }
    const ran = await orchestrate('--exec', 'true');
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(/docs\/sprints\/a\.md.*docs\/sprints\/b\.md.*--sprint/s);
  });

  it('says so to programs too: the last line of --json is run_stopped', async () => {
    const ran = await orchestrate('--exec', 'true', '--json');
    expect(ran.code).toBe(1);
    const stopped = { kind: 'run_stopped', stopReason: 'bad_configuration', exitCode: 1 };
    expect(lastLine(ran)).toMatchObject({ ...stopped, message: expect.stringMatching(/^No sprint file/) as string });
    expect(ran.stderr).toContain('No sprint file');
  });

  it('says that a file is empty', async () => {
    project().write(sprintFile, '');
    const ran = await orchestrate('--sprint', sprintFile, '--exec', 'true');
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain(`${sprintFile} is empty`);
  });

  it('refuses an id that stands twice and names both lines, before anything is started', async () => {
    writeSprint('### TASK-1: a', '### TASK-1: b');
    const ran = await orchestrate('--exec', 'true');
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(/S\.md:3: .*TASK-1.*line 2.*line 3/);
    expect(existsSync(project().path('.ginko'))).toBe(false);
  });

  it('blocks the tasks of a cycle, spells it out, does the others, and ends with 1', async () => {
    writeSprint('### TASK-1: a', '**Depends:** TASK-2', '### TASK-2: b', '**Depends:** TASK-1', '### TASK-3: c');
    const ran = await orchestrate('--exec', 'true');
    expect(ran.code).toBe(1);
    expect(ran.stdout).toMatch(/TASK-1 a.*circle: TASK-1 -> TASK-2 -> TASK-1\n/);
    expect(project().read(sprintFile)).toContain('### TASK-3: c\n**Status:** [x] Complete');
  });

  it('never takes a dependency that does not exist as met', async () => {
    writeSprint('### TASK-1: a', '**Depends:** TASK-9', '### TASK-2: b');
    const ran = await orchestrate('--exec', 'true');
    expect(ran.code).toBe(1);
    expect(ran.stdout).toMatch(/TASK-1 a.*TASK-9, which the sprint does not have/);
    expect(ran.stdout).toContain('1 of 2 tasks complete');
  });
});

describe('options', () => {
  const wrong: readonly (readonly [option: string, value: string])[] = [
    ['--agents', 'x'],
    ['--agents', '-1'],
    ['--max-attempts', '0'],
    ['--task-timeout', 'forever'],
    ['--poll-interval', '0'],
    ['--persist-interval', '5 parsecs'],
    ['--max-runtime', '2hrs'],
    ['--agent', 'nosuch'],
    ['--capabilities', ','],
    ['--epic', '../../etc'],
    ['--exec', "'unbalanced"],
    ['--verify', ' '],
  ];

  it.each(wrong)('refuses %s %j with the option and a way out', async (option, value) => {
    writeSprint('### TASK-1: a');
    const args =
      option === '--exec' || option === '--agent' ? [option, value] : ['--exec', 'true', `${option}=${value}`];
    const ran = await orchestrate(...args);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain(option);
    expect(ran.stderr).toMatch(/Try|There are|Leave|Add/);
    expect(existsSync(project().path('.ginko'))).toBe(false);
  });

  it('refuses an option that it does not know', async () => {
    const ran = await orchestrate('--resmue');
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(/--resmue.*--resume/s);
  });

  it('refuses a program that does not exist before anything is started', async () => {
    writeSprint('### TASK-1: a');
    const ran = await orchestrate('--exec', '/no/such/agent --flag');
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(/"\/no\/such\/agent".*--exec/);
    expect(existsSync(project().path('.ginko'))).toBe(false);
  });

  it('names the field of a configuration that is wrong, and warns of a key that it does not know', async () => {
    writeSprint('### TASK-1: a');
    project().write('.ginko/config.json', '{"agents":{"x":{"command":5}}}');
    const refused = await orchestrate();
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stderr).toContain('agents.x.command');
    project().write('.ginko/config.json', '{"color":1}');
    const warned = await orchestrate('--exec', 'true');
    expect(warned.code).toBe(0);
    expect(everything(warned)).toMatch(/"color" is not known/);
  });

  it('refuses lease times that do not fit together before anything is started', async () => {
    writeSprint('### TASK-1: a');
    project().write('.ginko/config.json', '{"defaults":{"leaseTtl":"15s"}}');
    const ran = await orchestrate('--exec', 'touch ran');
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(/leaseTtl longer than the leaseDeadline.*got 15 s, 20 s and 10 s\. Try/);
    expect(readdirSync(project().path('.ginko'))).toEqual(['config.json']);
  });

  it('takes lease times and the limit of losses from the configuration', async () => {
    writeSprint('### TASK-1: a');
    const defaults = { leaseTtl: '4m', leaseDeadline: '2m', leaseRenewal: '1m', maxLosses: 1, maxBackoff: '1m' };
    project().write('.ginko/config.json', JSON.stringify({ defaults }));
    const running = project().start('orchestrate', '--exec', `sh -c '${waitFor('go')}'`, '--json');
    await running.event('task_assigned');
    const args = ['graph', 'status', '--epic', 'S'];
    await project().until(args, { lease: { ttlMs: 240_000 } });
    project().write('go', '');
    expect((await running.ended).code).toBe(0);
  });

  it('runs no command of the repository that nobody has approved', async () => {
    writeSprint('### TASK-1: a', '**Run:** `touch ran`');
    const ran = await orchestrate('--agent', 'shell');
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(/TASK-1, \*\*Run:\*\*.*ginko trust.*--trust/s);
    expect(existsSync(project().path('ran'))).toBe(false);
    expect((await orchestrate('--agent', 'shell', '--trust')).code).toBe(0);
    expect(existsSync(project().path('ran'))).toBe(true);
  });
});

describe('commands that change while the run goes on', () => {
  const text = ['### TASK-1: a', '**Run:** `sh rewrite.sh`', '### TASK-2: b', '**Depends:** TASK-1'];

  /** TASK-1 gives TASK-2 another command, and ends when the run has read the file. */
  async function rewritten(meanwhile: () => Promise<unknown>, ...args: readonly string[]): Promise<Ran> {
    const edits = [
      `sed -i 's/touch harmless/touch evil/' ${sprintFile}`,
      `printf '\\n### TASK-9: z ✅\\n' >> ${sprintFile}`,
    ];
    project().write('rewrite.sh', [...edits, waitFor('go'), ''].join('\n'));
    const running = project().start('orchestrate', '--json', '--poll-interval', '100ms', ...args);
    await running.event('task_completed', 'TASK-9');
    await meanwhile();
    project().write('go', '');
    return running.ended;
  }
  const nothing = (): Promise<void> => Promise.resolve();

  it('runs no text that was not approved, although a task with an approved one wrote it', async () => {
    writeSprint(...text, '**Run:** `touch harmless`', '### TASK-3: c', '**Run:** `touch other`');
    const ran = await rewritten(nothing, '--agent', 'shell', '--trust');
    expect(ran.code).toBe(1);
    expect(existsSync(project().path('evil'))).toBe(false);
    expect(existsSync(project().path('other'))).toBe(true);
    expect(ran.stdout).toMatch(/TASK-2, \*\*Run:\*\* \(docs\/sprints\/S\.md:\d+\) was not approved.*ginko trust/);
    expect(ran.stdout).toContain('ginko task reopen TASK-2');

    expect(await project().run('trust', '--yes')).toMatchObject({ code: 0 });
    expect(await project().run('task', 'reopen', 'TASK-2')).toMatchObject({ code: 0 });
    expect((await orchestrate('--resume', '--agent', 'shell')).code).toBe(0);
    expect(existsSync(project().path('evil'))).toBe(true);
  });

  it('runs no verify command that was not approved either', async () => {
    writeSprint(...text, '**Verify:** `touch harmless`');
    expect(await project().run('trust', '--yes')).toMatchObject({ code: 0 });
    const ran = await rewritten(nothing, '--exec', 'sh rewrite.sh');
    expect(ran.code).toBe(1);
    expect(existsSync(project().path('evil'))).toBe(false);
    expect(ran.stdout).toMatch(/TASK-2, \*\*Verify:\*\* .* was not approved/);
  });

  it('runs what was approved meanwhile', async () => {
    writeSprint(...text, '**Run:** `touch harmless`');
    expect(await project().run('trust', '--yes')).toMatchObject({ code: 0 });
    const ran = await rewritten(() => project().run('trust', '--yes'), '--agent', 'shell');
    expect(ran.code).toBe(0);
    expect(existsSync(project().path('evil'))).toBe(true);
  });
});

describe('a title full of shell characters and terminal escapes', () => {
  it('reaches the agent as it is, no shell, and the terminal without what could steer it', async () => {
    const title = '$(touch pwned) `touch pwned` ; touch pwned & | > \u001b[31mred\u001b[0m \u001b]0;evil\u0007 "q" \'z';
    writeSprint(`### TASK-1: ${title}`);
    const ran = await orchestrate('--exec', 'printenv GINKO_TASK_TITLE');
    expect(ran.code).toBe(0);
    expect(existsSync(project().path('pwned'))).toBe(false);
    expect(ran.stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/);
    expect(project().read('.ginko/runs/S/TASK-1/g1a1/output.log')).toBe(`${title}\n`);
  });
});

describe('a checkpoint that cannot be used', () => {
  beforeEach(async () => {
    writeSprint('### TASK-1: a', '### TASK-2: b');
    expect((await orchestrate('--exec', 'true', '--no-write-back')).code).toBe(0);
  });

  const generations = (): string[] => readdirSync(state()).filter((name) => name.startsWith('checkpoint.json'));
  const damages: readonly (readonly [string, (path: string) => void])[] = [
    ['truncated', (path) => truncateSync(path, 90)],
    ['empty', (path) => truncateSync(path, 0)],
    ['corrupt', (path) => writeFileSync(path, readFileSync(path, 'utf8').replace('"epoch":1', '"epoch":7'))],
    ['hostile', (path) => writeFileSync(path, '{"__proto__":{"polluted":true},"checkpoint":{}}')],
    ['no checkpoint at all', (path) => writeFileSync(path, '[1,2,3]')],
  ];

  it.each(damages)(
    'moves a file that is %s to the quarantine, names it, and goes on from the graph',
    async (_, damage) => {
      for (const name of generations()) damage(state(name));
      const ran = await orchestrate('--resume', '--exec', 'false', '--no-write-back');
      expect(ran.code).toBe(0);
      expect(everything(ran)).toMatch(/checkpoint\.json .*quarantine/);
      expect(everything(ran)).toContain('✓ Recovered state from graph (cross-machine recovery)');
      expect(readdirSync(state('quarantine')).length).toBeGreaterThan(0);
    },
  );

  it('goes on from the journal when every generation and the graph are gone', async () => {
    for (const name of generations()) truncateSync(state(name), 10);
    for (const name of readdirSync(project().path('.ginko')))
      if (name.startsWith('graph.db')) rmSync(project().path(`.ginko/${name}`));
    const ran = await orchestrate('--resume', '--exec', 'false', '--no-write-back');
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain('✓ Recovered state from local checkpoint (graph has no state)');
    expect(ran.stdout).toContain('Completed: 2 tasks');
  });

  it('starts fresh and says so when nothing is left anywhere; the old files are kept', async () => {
    for (const name of generations()) truncateSync(state(name), 10);
    for (const name of readdirSync(project().path('.ginko')))
      if (name.startsWith('graph.db')) rmSync(project().path(`.ginko/${name}`));
    for (const name of readdirSync(state())) if (name.startsWith('journal')) rmSync(state(name));
    const ran = await orchestrate('--resume', '--exec', 'true', '--no-write-back');
    expect(ran.code).toBe(0);
    expect(everything(ran)).toMatch(/starting fresh/);
    expect(readdirSync(state('quarantine')).length).toBeGreaterThan(1);
  });

  it('refuses the checkpoint of a newer version, the file untouched', async () => {
    const text = '{"version":9,"somethingNew":true}';
    writeFileSync(state('checkpoint.json'), text);
    const ran = await orchestrate('--resume', '--exec', 'true', '--no-write-back');
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(/version 9.*upgrade ginko/s);
    const toPrograms = await orchestrate('--resume', '--exec', 'true', '--json');
    expect(lastLine(toPrograms)).toMatchObject({ kind: 'run_stopped', stopReason: 'newer_checkpoint', exitCode: 1 });
    expect(readFileSync(state('checkpoint.json'), 'utf8')).toBe(text);
  });

  it('refuses to go on when the project was given another graph id, everything untouched', async () => {
    const before = generations().map((name) => readFileSync(state(name), 'utf8'));
    const own = JSON.parse(String(before[0])) as { checkpoint: { graphId: string } };
    project().write('.ginko/config.json', '{"graphId":"another"}');
    for (const options of [['--resume'], ['--resume', '--dry-run'], []]) {
      const ran = await orchestrate(...options, '--exec', 'true', '--no-write-back');
      expect(ran.code).toBe(1);
      expect(ran.stderr).toContain(`that of the graph "${own.checkpoint.graphId}"`);
      expect(ran.stderr).toContain('this project\'s graph is "another" now');
    }
    expect(generations().map((name) => readFileSync(state(name), 'utf8'))).toEqual(before);
    expect(existsSync(state('quarantine'))).toBe(false);
  });

  it('takes the checkpoint of another epic for what it is', async () => {
    writeSprint('### TASK-1: a', '### TASK-2: b', '### TASK-3: c');
    project().write('docs/sprints/T.md', '# T\n### TASK-7: z\n');
    expect((await orchestrate('--sprint', 'docs/sprints/T.md', '--exec', 'true')).code).toBe(0);
    const foreign = project().path('.ginko/orchestrator/T/checkpoint.json');
    for (const name of generations()) writeFileSync(state(name), readFileSync(foreign));
    const ran = await orchestrate('--sprint', sprintFile, '--resume', '--exec', 'true', '--no-write-back');
    expect(ran.code).toBe(0);
    expect(everything(ran)).toMatch(/checkpoint\.json.*quarantine/);
    expect(ran.stdout).toContain('3 of 3 tasks complete');
  });
});

describe('a disk that cannot be written', () => {
  it('says that .ginko is read-only, starts nothing, and loses nothing', async () => {
    writeSprint('### TASK-1: a');
    mkdirSync(project().path('.ginko'));
    const undo = makeReadOnly(project().path('.ginko'));
    try {
      const ran = await orchestrate('--exec', 'touch ran');
      expect(ran.code).toBe(1);
      expect(ran.stderr).toMatch(/\.ginko.*(EROFS|EACCES|read-only|permission)/i);
      expect(existsSync(project().path('ran'))).toBe(false);
    } finally {
      undo();
    }
    expect((await orchestrate('--exec', 'touch ran')).code).toBe(0);
  });

  it('refuses with 75 to start on a full disk, in words and as the last line of --json', async () => {
    writeSprint('### TASK-1: a');
    const ran = await underFileLimit(0, 'orchestrate', '--exec', 'touch ran', '--json');
    expect(ran.code).toBe(75);
    expect(ran.stderr).toMatch(/could not be written \(EFBIG.*Free some space, then/);
    expect(existsSync(project().path('ran'))).toBe(false);
    const message = expect.stringContaining('EFBIG') as string;
    expect(lastLine(ran)).toMatchObject({ kind: 'run_stopped', stopReason: 'disk_full', exitCode: 75, message });
  });

  it('stops with 75 when the disk is full, and goes on from there when it is not', async () => {
    const ledger = project().path('ledger');
    const tasks = Array.from({ length: 60 }, (_, index) => `### TASK-${index + 1}: t`);
    writeSprint(...tasks);
    const agent = project().path('agent.sh');
    // The ledger stays far below the limit.
    project().write('agent.sh', `#!/bin/sh\necho x >> ${ledger}\n`);
    const { code } = await underFileLimit(12, 'orchestrate', '--exec', `sh ${agent}`, '--quiet');
    expect(code).toBe(75);
    await stopLauncher(project().root);
    const ran = await orchestrate('--resume', '--exec', `sh ${agent}`);
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain('60 of 60 tasks complete');
    expect(readFileSync(ledger, 'utf8').split('\n').filter(Boolean)).toHaveLength(60);
  });
});
