import { unreachable, type TaskId } from '@ginkoai/contract';
import { findCycles } from '../decide/find-cycles.js';
import type { Sprint, SprintTask } from '../sprint/sprint.js';
import { cleanText } from './clean-text.js';
import { sanitizeForeign } from './sanitize.js';

export const dependencyFormats = ['tree', 'mermaid', 'dot', 'json'] as const;

export type DependencyFormat = (typeof dependencyFormats)[number];

/** Who waits for whom in a sprint, as text that ends with a line break. */
export function dependencyView(sprint: Sprint, format: DependencyFormat): string {
  const graph = graphOf(sprint.tasks);
  switch (format) {
    case 'tree':
      return linesOf(treeLines(graph));
    case 'mermaid':
      return linesOf(mermaidLines(graph));
    case 'dot':
      return linesOf(dotLines(graph));
    case 'json':
      return `${JSON.stringify(dependencyDocument(sprint, graph))}\n`;
    default:
      return unreachable(format);
  }
}

interface Node {
  readonly id: TaskId;
  /** Its place in the graph. */
  readonly index: number;
  /** null: an id that others wait for and no task has. */
  readonly task: SprintTask | null;
  /** The tasks that wait for this one. */
  readonly waiting: Node[];
  readonly waitsFor: Set<Node>;
}

/** Nodes in file order, then the missing ones. Of tasks with one id the first stands for all. */
function graphOf(tasks: readonly SprintTask[]): readonly Node[] {
  const nodes = new Map<TaskId, Node>();
  const add = (id: TaskId, task: SprintTask | null): Node => {
    const node: Node = nodes.get(id) ?? { id, index: nodes.size, task, waiting: [], waitsFor: new Set() };
    nodes.set(id, node);
    return node;
  };
  for (const task of tasks) add(task.id, task);
  for (const task of tasks) {
    const node = add(task.id, task);
    for (const id of task.dependsOn) {
      const needed = add(id, null);
      if (node.waitsFor.has(needed)) continue;
      node.waitsFor.add(needed);
      needed.waiting.push(node);
    }
  }
  return [...nodes.values()];
}

function linesOf(lines: Iterable<string>): string {
  let text = '';
  for (const line of lines) text += `${line}\n`;
  return text;
}

/** A longer chain goes on at the left margin, or its indentation would grow with the square of its length. */
const deepestLevel = 16;

interface Step {
  readonly node: Node;
  readonly prefix: string;
  readonly level: number;
  readonly isLast: boolean;
}

/** Each task, and below it the tasks that wait for it; a task is shown once, and referred to afterwards. */
function* treeLines(graph: readonly Node[]): Generator<string> {
  const shown = new Set<Node>();
  const roots = graph.filter(({ waitsFor }) => waitsFor.size === 0);
  // Then what hangs below no root: the rest of long chains, and tasks that only wait for each other.
  for (const root of [...roots, ...graph]) {
    if (shown.has(root)) continue;
    const steps: Step[] = [{ node: root, prefix: '', level: 0, isLast: true }];
    for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
      const { node, prefix, level, isLast } = step;
      const lead = level === 0 ? '' : `${prefix}${isLast ? '└─ ' : '├─ '}`;
      const isContinued = level === deepestLevel && node.waiting.length > 0;
      if (shown.has(node) || isContinued) {
        yield `${lead}${node.id} ${shown.has(node) ? '(shown above)' : '(goes on below)'}`;
        continue;
      }
      shown.add(node);
      yield lead + treeLabel(node, level === 0);
      const below = level === 0 ? '' : `${prefix}${isLast ? '   ' : '│  '}`;
      for (const [index, each] of node.waiting.toReversed().entries())
        steps.push({ node: each, prefix: below, level: level + 1, isLast: index === 0 });
    }
  }
}

const statusSigns = { pending: '○', in_progress: '◐', complete: '●', blocked: '⊘', cancelled: '×' } as const;

function treeLabel({ id, task, waitsFor }: Node, isRoot: boolean): string {
  if (task === null) return `? ${sanitizeForeign(id)} (no task of this file)`;
  const external = task.externalDepends.map((words) => `waits for ${cleanText(words)}`);
  const others = isRoot && waitsFor.size > 0 ? [`waits for ${idsOf(waitsFor)}`] : [];
  const remarks = [...others, ...external];
  const remark = remarks.length === 0 ? '' : ` (${remarks.join('; ')})`;
  return `${statusSigns[task.status]} ${id}: ${cleanText(task.title)}${remark}`;
}

function idsOf(nodes: ReadonlySet<Node>): string {
  return [...nodes].map(({ id }) => cleanText(id)).join(', ');
}

function* mermaidLines(graph: readonly Node[]): Generator<string> {
  yield 'flowchart LR';
  for (const node of graph) yield `  ${nameOf(node)}["${mermaidText(labelOf(node))}"]:::${classOf(node)}`;
  for (const node of graph) for (const each of node.waitsFor) yield `  ${nameOf(each)} --> ${nameOf(node)}`;
  yield '  classDef complete fill:#d3f9d8,stroke:#2b8a3e';
  yield '  classDef in_progress fill:#d0ebff,stroke:#1864ab';
  yield '  classDef blocked fill:#fff3bf,stroke:#e67700';
  yield '  classDef cancelled fill:#f1f3f5,stroke:#868e96';
  yield '  classDef pending fill:#ffffff,stroke:#495057';
  yield '  classDef missing fill:#ffe3e3,stroke:#c92a2a,stroke-dasharray:4';
}

/** Of our own making: `graph` and `end` as ids of nodes are syntax errors. */
function nameOf({ index }: Node): string {
  return `n${index}`;
}

function classOf({ task }: Node): string {
  return task?.status ?? 'missing';
}

function labelOf({ id, task }: Node): string {
  return cleanText(task === null ? `${id} (missing)` : `${id}: ${task.title}`);
}

/** Everything that could end the label, open a tag or start Markdown, as a character code. */
function mermaidText(text: string): string {
  return text.replaceAll(/["#&<>`\\;{}|]/g, (character) => `#${character.charCodeAt(0)};`);
}

function* dotLines(graph: readonly Node[]): Generator<string> {
  yield 'digraph sprint {';
  yield '  rankdir=LR;';
  yield '  node [shape=box];';
  for (const node of graph) {
    yield `  ${dotText(cleanText(node.id))} [label=${dotText(labelOf(node))}${node.task === null ? ', style=dashed' : ''}];`;
  }
  for (const node of graph)
    for (const each of node.waitsFor) yield `  ${dotText(cleanText(each.id))} -> ${dotText(cleanText(node.id))};`;
  yield '}';
}

function dotText(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** An edge goes from the task that is needed to the task that waits for it. */
function dependencyDocument(sprint: Sprint, graph: readonly Node[]): object {
  return {
    sprintId: sprint.sprintId,
    epicId: sprint.epicId,
    tasks: graph.flatMap(({ task }) =>
      task === null
        ? []
        : {
            id: task.id,
            title: task.title,
            status: task.status,
            dependsOn: task.dependsOn,
            externalDepends: task.externalDepends,
          },
    ),
    edges: graph.flatMap((node) => [...node.waitsFor].map((each) => ({ from: each.id, to: node.id }))),
    missing: graph.flatMap(({ id, task }) => (task === null ? id : [])),
    cycles: findCycles(sprint.tasks),
  };
}
