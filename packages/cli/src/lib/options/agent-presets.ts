/** Agents that need no configuration. The task's text comes on stdin, or in the file that `{taskFile}` names. */
export const agentPresets: Readonly<Record<string, { readonly command: string; readonly describes: string }>> = {
  claude: { command: 'claude --print --permission-mode acceptEdits', describes: 'Claude Code' },
  codex: { command: 'codex exec --full-auto -', describes: 'Codex' },
  gemini: { command: 'gemini --approval-mode auto_edit', describes: 'Gemini CLI' },
  opencode: { command: 'opencode run --file {taskFile} "Do the task in the attached file."', describes: 'opencode' },
  aider: { command: 'aider --yes-always --no-auto-commits --message-file {taskFile}', describes: 'aider' },
};

/** Runs the task's own `**Run:**` block. */
export const shellAgent = 'shell';
