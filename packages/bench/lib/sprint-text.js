import { dependenciesOf, taskId } from './dag.js';

/** A sprint in Markdown: `count` tasks in layers, the first `complete` of them ticked, each with the lines of `body`. */
export function sprintText(count, { complete = 0, body = '', dependsOn = dependenciesOf } = {}) {
  const parts = ['# Sprint of the benchmark\n\n'];
  for (let place = 0; place < count; place += 1) {
    const status = place < complete ? '[x] Complete' : '[ ] Not Started';
    const depends = dependsOn(place).map(taskId).join(', ') || 'None';
    parts.push(
      `### ${taskId(place)}: Task number ${place + 1} (2h)\n**Status:** ${status}\n**Depends:** ${depends}\n${body}\n`,
    );
  }
  return parts.join('');
}

/** What the section of a task in a real sprint says besides: some fields, prose, a list, a code block. */
export const realisticBody = `**Priority:** HIGH
**Files:** \`src/store/orders.ts\`, \`test/store/orders.test.ts\`

Orders that were cancelled while a payment was under way are kept in the table for ever. Give them an end, and tell
the customer about it once; whoever asks for the order later sees why it ended.

- the end is written together with the refund, or not at all
- an order that was delivered never ends this way
- \`GET /orders/:id\` shows the reason

\`\`\`sql
update orders set ended_at = $2, reason = $3 where id = $1 and ended_at is null;
\`\`\`
`;

/** What the parser is measured with. */
export const texts = {
  'tasks with prose, lists and code': () => sprintText(4_000, { body: realisticBody }),
  'bare tasks, a heading and two fields each': () => sprintText(20_000),
};
