import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LauncherStart } from '@ginkoai/contract';
import type { LocalAgentSpec } from '../../src/lib/options/local-agent-specs.js';
import type { LauncherConnection } from '../../src/lib/perform/agents/launcher-client.js';
import { LocalAgents, type TaskCommand } from '../../src/lib/perform/agents/local-agents.js';
import { agentIds, createTaskCommands } from '../../src/lib/perform/task-commands.js';
import type { RunInput } from '../../src/lib/ports.js';
import { parseSprint } from '../../src/lib/sprint/parse-sprint.js';

let folder: string;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'ginko-agents-')));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const aCommand = (argv: readonly string[]): TaskCommand => ({
  argv,
  script: 'true',
  verify: null,
  timeLimitMs: 1_000,
  brief: 'Do it.',
  title: 'It',
});

/** Agents of a project in this folder; what they would have started, and what they told the run. */
function agentsIn(root: string, command: ReturnType<ConstructorParameters<typeof LocalAgents>[0]['commandFor']>) {
  mkdirSync(join(root, '.ginko'), { recursive: true, mode: 0o700 });
  const started: LauncherStart[] = [];
  const heard: RunInput[] = [];
  const connection = { start: (start: LauncherStart) => void started.push(start) };
  const agents = new LocalAgents({
    root,
    runId: () => 'run-1',
    epicId: 'epic-1',
    sprintId: 'sprint-1',
    epoch: () => 1,
    commandFor: () => command,
    onInput: (input) => heard.push(input),
    connection: connection as unknown as LauncherConnection,
  });
  return { agents, started, heard };
}

const request = { id: { taskId: 'TASK-1', generation: 1, attempt: 1 }, agentId: 'local-1' };

describe('what an agent is started with', () => {
  it('is the path of its task file, whatever signs are in it', () => {
    const root = join(folder, "a $& b $' c {scriptFile}");
    const { agents, started } = agentsIn(root, aCommand(['agent', '--file={taskFile}', '{scriptFile}', '{taskFile}']));
    agents.prepare(request)();
    const attempt = join(root, '.ginko', 'runs', 'epic-1', 'TASK-1', 'g1a1');
    expect(started.map(({ argv }) => argv)).toEqual([
      ['agent', `--file=${attempt}/task.md`, `${attempt}/run.sh`, `${attempt}/task.md`],
    ]);
  });

  it('is nothing where there is no command: the task waits for a person', () => {
    const message = 'TASK-1 has no **Run:** block. Add one';
    const { agents, started, heard } = agentsIn(folder, { code: 'agent_not_started', message });
    agents.prepare(request)();
    expect(started).toEqual([]);
    const end = { kind: 'blocked', reason: 'no_command', detail: message };
    expect(heard).toEqual([{ kind: 'attempt_ended', id: request.id, end }]);
  });
});

describe('the commands of a task', () => {
  const spec = (name: string, more: Partial<LocalAgentSpec> = {}): LocalAgentSpec => ({
    name,
    origin: name,
    argv: [`${name}-command`],
    capabilities: ['*'],
    count: 2,
    verify: null,
    isFromRepository: false,
    ...more,
  });

  it('are those of its agent, also where the name of one ends like the id of another', () => {
    const specs = [spec('writer-1', { verify: ['check'] }), spec('writer')];
    const [task] = parseSprint('## TASK-1: It\n', 'sprint.md').tasks;
    const commandFor = createTaskCommands({
      specs,
      verify: null,
      taskTimeoutMs: 1_000,
      task: () => task,
      bodyOf: () => '',
      summaryOf: () => undefined,
    });
    expect(agentIds(specs).map(({ id }) => [id, commandFor('TASK-1', id)])).toMatchObject([
      ['writer-1-1', { argv: ['writer-1-command'], verify: ['check'] }],
      ['writer-1-2', { argv: ['writer-1-command'], verify: ['check'] }],
      ['writer-1', { argv: ['writer-command'], verify: null }],
      ['writer-2', { argv: ['writer-command'], verify: null }],
    ]);
  });
});
