/** Agents that need no configuration, by name. The task's text comes on stdin, or in the file that `{taskFile}` names. */
export const agentPresets: ReadonlyMap<string, string> = new Map([
  ['claude', 'claude --print --permission-mode acceptEdits'],
  ['codex', 'codex exec --full-auto -'],
  ['gemini', 'gemini --approval-mode auto_edit'],
  ['opencode', 'opencode run --file {taskFile} "Do the task in the attached file."'],
  ['aider', 'aider --yes-always --no-auto-commits --message-file {taskFile}'],
]);

/** Runs the task's own `**Run:**` block. */
export const shellAgent = 'shell';
