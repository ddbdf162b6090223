/** The sprint that `ginko init` writes where there is none: it runs at once, and touches nothing but an ignored folder. */
export const firstSprint = {
  fileName: 'first-sprint.md',
  text: `---
sprint_id: first-sprint
---

# First sprint

Three small tasks to see ginko at work. Run them with

    ginko orchestrate --agent shell --trust

The shell agent runs each task's Run block; other agents are given the whole text of a task to work from. Replace these
tasks by your own: \`ginko sprint check\` names what it cannot read.

## TASK-1: Write down when it began

**Status:** [ ]
**Priority:** HIGH

**Run:**

\`\`\`sh
mkdir -p .ginko/first-sprint
date > .ginko/first-sprint/began.txt
\`\`\`

## TASK-2: Count the sprint files

**Status:** [ ]
**Depends:** TASK-1

**Run:**

\`\`\`sh
ls docs/sprints | wc -l > .ginko/first-sprint/sprints.txt
\`\`\`

## TASK-3: Put both together

**Status:** [ ]
**Depends:** TASK-1, TASK-2

**Run:**

\`\`\`sh
cat .ginko/first-sprint/began.txt .ginko/first-sprint/sprints.txt > .ginko/first-sprint/report.txt
cat .ginko/first-sprint/report.txt
\`\`\`
`,
} as const;
