import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stage } from '../support/orchestrate-rig-stage.js';
import { eventsOf, ofKind, told, until, type WorkingCopy } from '../support/orchestrate-rig.js';
import { sprintText, useCommandProject, waitFor, type Ran } from '../support/command-project.js';
import { flatPlan } from '../support/sprint-files.js';

const sprintFile = 'docs/sprints/sprint-1.md';
const once = ['--trust', '--json', '--max-attempts', '1', '--poll-interval', '200ms'] as const;

const project = useCommandProject();
const eventsIn = ({ stdout }: Ran) => eventsOf(stdout.split('\n'));
const kindsIn = (ran: Ran) => eventsIn(ran).map(({ kind }) => kind);
const oneIn = (ran: Ran, kind: string) => eventsIn(ran).find((event) => event.kind === kind);

/** Shell text by which an agent says how it ended. */
const says = (result: object): string => `printf '%s' '${JSON.stringify(result)}' > "$GINKO_RESULT_FILE"`;

/** A run by agents that do what this shell text says. */
const runBy = (agent: string, ...more: readonly string[]): Promise<Ran> => {
  project().write('agent.sh', agent);
  return project().start('orchestrate', ...once, '--agents', '1', '--exec', 'sh agent.sh', ...more).ended;
};

/** As an orchestrator that is killed while TASK-1 is at work, and resumed once its agent has ended. */
async function resumedAfter(agent: string, first: readonly string[], then = first): Promise<Ran> {
  project().write('agent.sh', `${waitFor('go')}\n${agent}\n`);
  const killed = project().start('orchestrate', ...once, ...first);
  await killed.event('task_started', 'TASK-1');
  killed.child.kill('SIGKILL');
  await killed.ended;
  project().write('go', '');
  await until(() => recorded().includes('"t":"finished"'));
  return project().start('orchestrate', '--resume', ...once, ...then).ended;
}

/** What the launchers have written down. */
function recorded(): string {
  const journals = readdirSync(project().path('.ginko/launchers')).filter((name) => name.endsWith('.ndjson'));
  return journals.map((name) => project().read(`.ginko/launchers/${name}`)).join('');
}

const byAgents = ['--agents', '1', '--exec', 'sh agent.sh'] as const;

describe('a task whose agent has a verify command', () => {
  const agent = `${says({ status: 'complete' })}\nexit 1\n`;

  beforeEach(() => {
    project().write(
      sprintFile,
      sprintText([{ id: 'TASK-1' }]).replace('**Status:**', '**Capabilities:** go\n**Status:**'),
    );
    const agents = {
      writer: { command: 'true', capabilities: ['writing'], count: 1 },
      anyone: { command: 'sh agent.sh', verify: 'false', count: 1 },
    };
    project().write('.ginko/config.json', JSON.stringify({ agents }));
  });

  it('is not accepted without it, although the first agent of the configuration has none', async () => {
    project().write('agent.sh', agent);
    const ran = await project().start('orchestrate', ...once).ended;
    expect(ran.code).toBe(1);
    expect(kindsIn(ran)).not.toContain('task_completed');
    expect(oneIn(ran, 'task_failed')).toMatchObject({
      agentId: 'anyone-1',
      failure: { message: expect.stringContaining('nothing was verified') as string },
    });
  });

  it('nor is it when the end is heard of on resume, with other agents', async () => {
    const resumed = await resumedAfter(agent, [], ['--exec', 'true']);
    expect(kindsIn(resumed)).not.toContain('task_completed');
    expect(resumed.stdout).toContain('nothing was verified');
  });
});

describe('the folder of attempts', () => {
  it('is not followed out of the project where it is a link: the run stops and says so', async () => {
    const outside = project().path('outside');
    const attempt = join(outside, 'epic-1', 'TASK-1', 'g1a1');
    mkdirSync(attempt, { recursive: true });
    writeFileSync(join(attempt, 'agent-result.json'), 'precious');
    mkdirSync(project().path('.ginko'), { mode: 0o700 });
    symlinkSync(outside, project().path('.ginko/runs'));
    project().write(sprintFile, sprintText([{ id: 'TASK-1' }, { id: 'TASK-2' }]));
    const ran = await runBy('true\n');
    expect(ran.code).toBe(1);
    expect(oneIn(ran, 'run_stopped')).toMatchObject({
      message: `${project().path('.ginko/runs')} is a symbolic link, so no attempt is kept there. Remove it or change its owner, then continue with --resume.`,
    });
    expect(readdirSync(join(outside, 'epic-1'))).toEqual(['TASK-1']);
    expect(readdirSync(attempt)).toEqual(['agent-result.json']);
    expect(readFileSync(join(attempt, 'agent-result.json'), 'utf8')).toBe('precious');
  });
});

describe('a pipe', () => {
  it('in place of the result file holds nobody up', async () => {
    project().write(sprintFile, sprintText([{ id: 'TASK-1' }]));
    const ran = await runBy('mkfifo "$GINKO_RESULT_FILE"\n');
    expect(ran.code).toBe(1);
    expect(oneIn(ran, 'task_failed')).toMatchObject({
      failure: {
        message: expect.stringMatching(
          /^its result file cannot be read: .*agent-result\.json is not a file$/,
        ) as string,
      },
    });
  });
});

describe('an agent that exits with 75', () => {
  beforeEach(() => project().write(sprintFile, sprintText([{ id: 'TASK-1' }])));

  it('is believed when it says that it is blocked, and what it spent is counted', async () => {
    const ran = await runBy(`${says({ status: 'blocked', reason: 'which key?', tokens: 7, costUsd: 0.5 })}\nexit 75\n`);
    expect(oneIn(ran, 'task_blocked')).toMatchObject({ reason: 'agent', detail: 'which key?' });
    expect(oneIn(ran, 'task_released')).toMatchObject({ usage: { tokens: 7, costUsd: 0.5 } });
    expect(oneIn(ran, 'run_stopped')).toMatchObject({ tokens: 7, costUsd: 0.5 });
  });

  it('says the same when it is heard on resume', async () => {
    const ran = await resumedAfter(
      `${says({ status: 'blocked', reason: 'which key?', tokens: 7, costUsd: 0.5 })}\nexit 75\n`,
      byAgents,
    );
    expect(oneIn(ran, 'run_stopped')).toMatchObject({ stopReason: 'blocked', tokens: 7, costUsd: 0.5 });
    expect(ran.stdout).toContain('Task TASK-1 was given up by its agent meanwhile (attempt 1)');
    expect(ran.stdout).not.toContain('failed meanwhile');
  });

  it('and says nothing is given its task again after a pause, also when that is heard on resume', async () => {
    const ran = await resumedAfter('exit 75\n', byAgents, [...byAgents, '--max-runtime', '500ms']);
    expect(ran.code).toBe(75);
    expect(ran.stdout).toContain('Task TASK-1 was throttled meanwhile (attempt 1); no failure counted');
    expect(kindsIn(ran)).not.toContain('task_assigned');
  });
});

describe('a task without a Run block', () => {
  const withRun = (text: string): string => `${text}\n**Run:**\n\n\`\`\`sh\ntrue\n\`\`\`\n`;
  const shell = ['orchestrate', '--agent', 'shell', '--trust', '--json', '--poll-interval', '200ms'] as const;

  it('is blocked for want of a command, and given out as soon as its text has one that is approved', async () => {
    const text = sprintText([{ id: 'TASK-2', run: waitFor('go') }, { id: 'TASK-3', run: 'true' }, { id: 'TASK-1' }]);
    project().write(sprintFile, text);
    const running = project().start(...shell);
    await running.event('task_blocked', 'TASK-1');
    project().write(sprintFile, withRun(text));
    await running.event('task_completed', 'TASK-1');
    project().write('go', '');
    const ran = await running.ended;
    expect(ran.code).toBe(0);
    expect(oneIn(ran, 'task_blocked')).toMatchObject({
      reason: 'no_command',
      detail: expect.stringContaining('TASK-1 has no **Run:** block') as string,
    });
    expect(oneIn(ran, 'task_released')).toMatchObject({ reason: 'could_not_start' });
    expect(kindsIn(ran)).toContain('task_unblocked');
  });

  it.each(['reopen', 'release'])('is lifted by ginko task %s, for an agent that has a command', async (word) => {
    project().write(sprintFile, sprintText([{ id: 'TASK-1' }]));
    const first = await project().start(...shell).ended;
    expect(first.code).toBe(1);
    expect(await project().run('task', word, 'TASK-1')).toMatchObject({ code: 0, stderr: '' });
    const ran = await project().start('orchestrate', '--resume', ...once, '--exec', 'true').ended;
    expect(ran.code).toBe(0);
    expect(kindsIn(ran)).toContain('task_completed');
  });
});

describe('GINKO_EPOCH', () => {
  const stage = new Stage();
  afterEach(() => stage.clear());

  it('is the epoch of the lease, also for agents that are started after it was granted late', async () => {
    const graph = await stage.graph();
    const copy = stage.copy({ plan: flatPlan(3), env: graph.env });
    // A run before this one, whose epochs the graph remembers.
    const earlier = copy.ginko(['orchestrate', '--json', '--agents', '0', '--max-runtime', '300ms']);
    expect((await earlier.ended).code).toBe(75);
    await graph.end();
    const script = 'echo $GINKO_EPOCH > epoch-$GINKO_TASK_ID; while [ ! -e go-$GINKO_TASK_ID ]; do sleep 0.05; done';
    const running = copy.ginko(['orchestrate', '--json', '--resume', '--agents', '1', '--exec', `sh -c '${script}'`]);
    await running.prints(told('task_started'));
    await stage.graphAgain(graph.folder, new URL(graph.url).host);
    await running.prints(told('lease_granted'));
    const [granted] = ofKind(running.lines, 'lease_granted');
    await until(() => startedFirst(copy) !== '' && epochOf(copy, startedFirst(copy)) !== '');
    const first = startedFirst(copy);
    writeFileSync(join(copy.root, `go-${first}`), '');
    await running.prints(told('task_started', 2));
    const rest = ['TASK-1', 'TASK-2', 'TASK-3'].filter((id) => id !== first);
    await until(() => rest.some((id) => existsSync(join(copy.root, `epoch-${id}`)) && epochOf(copy, id) !== ''));
    const second = rest.find((id) => existsSync(join(copy.root, `epoch-${id}`))) ?? '';
    expect(epochOf(copy, second)).toBe(String(granted?.['epoch']));
    expect(epochOf(copy, first)).not.toBe(epochOf(copy, second));
    for (const id of rest) writeFileSync(join(copy.root, `go-${id}`), '');
    expect((await running.ended).code).toBe(0);
  });

  const epochOf = (copy: WorkingCopy, id: string): string =>
    readFileSync(join(copy.root, `epoch-${id}`), 'utf8').trim();

  function startedFirst(copy: WorkingCopy): string {
    const [name = ''] = readdirSync(copy.root).filter((entry) => entry.startsWith('epoch-'));
    return name.replace('epoch-', '');
  }
});
