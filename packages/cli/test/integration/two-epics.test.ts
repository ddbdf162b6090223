import { readFileSync } from 'node:fs';
import { useCommandProject } from '../support/command-project.js';

const project = useCommandProject();

const ids = ['TASK-1', 'TASK-2', 'TASK-3', 'TASK-4', 'TASK-5', 'TASK-6'];

function writeSprint(epic: string): string {
  const tasks = ids.map((id) => `## ${id}: ${id} of ${epic}\n\nThe text of ${epic}.\n`);
  const file = `docs/sprints/${epic}.md`;
  project().write(
    file,
    ['---', `sprint_id: s-${epic}`, `epic_id: ${epic}`, '---', `# ${epic}`, '', ...tasks].join('\n'),
  );
  return file;
}

/** Checks what it was given against its epic, and reports what its epic's agents report. */
const agent = `grep -q "The text of $GINKO_EPIC_ID" "$GINKO_TASK_FILE" && grep -q "The text of $GINKO_EPIC_ID" || echo "$GINKO_EPIC_ID $GINKO_TASK_ID" >> wrong
case $GINKO_EPIC_ID in
  first) echo '{"status":"complete","summary":"first"}' > "$GINKO_RESULT_FILE" ;;
  *) echo '{"status":"blocked","reason":"the second never finishes"}' > "$GINKO_RESULT_FILE" ;;
esac
sleep 0.05
`;

describe('two epics at work in one working copy', () => {
  it('give their agents their own texts, and believe their own results', async () => {
    project().write('agent.sh', agent);
    project().write('wrong', '');
    const start = (epic: string) =>
      project().start('orchestrate', '--sprint', writeSprint(epic), '--exec', 'sh agent.sh', '--agents', '3', '--json');
    const [first, second] = [start('first'), start('second')];
    const ends = await Promise.all([first.ended, second.ended]);
    expect(ends.map(({ code, stderr }) => ({ code, stderr }))).toEqual([
      { code: 0, stderr: '' },
      { code: 1, stderr: '' },
    ]);
    expect(readFileSync(project().path('wrong'), 'utf8')).toBe('');
    expect(ends[1].stdout).not.toContain('"kind":"task_completed"');
    expect(await project().json('task', 'list', '--epic', 'first')).toMatchObject({
      tasks: ids.map((id) => ({ id, status: 'complete' })),
    });
    expect(await project().json('task', 'list', '--epic', 'second')).toMatchObject({
      tasks: ids.map((id) => ({ id, status: 'blocked', blockedDetail: 'the second never finishes' })),
    });
  });
});
