import { parseSprint } from '../../src/lib/sprint/parse-sprint.js';
import type { SeededChance } from './orchestrate-rig-chance.js';

export interface PlannedTask {
  readonly id: string;
  readonly dependsOn: readonly string[];
}

/** Tasks in which each depends on up to three of the dozen before it. */
export function chancePlan(count: number, chance: SeededChance): PlannedTask[] {
  return Array.from({ length: count }, (_, index) => {
    const dependsOn = new Set<string>();
    const wanted = index < 4 ? 0 : chance.between(0, 3);
    for (let added = 0; added < wanted; added += 1) {
      dependsOn.add(taskId(chance.between(Math.max(0, index - 12), index - 3)));
    }
    return { id: taskId(index), dependsOn: [...dependsOn] };
  });
}

/** Tasks that do not depend on each other. */
export function flatPlan(count: number): PlannedTask[] {
  return Array.from({ length: count }, (_, index) => ({ id: taskId(index), dependsOn: [] }));
}

/** Each task depends on the one before it. */
export function chainPlan(count: number): PlannedTask[] {
  return Array.from({ length: count }, (_, index) => ({
    id: taskId(index),
    dependsOn: index === 0 ? [] : [taskId(index - 1)],
  }));
}

export const taskId = (index: number): string => `TASK-${index + 1}`;

export function sprintText(plan: readonly PlannedTask[]): string {
  const tasks = plan.map(({ id, dependsOn }) => taskText(id, dependsOn));
  return ['---\nsprint_id: s1\nepic_id: EPIC-1\n---\n# The sprint\n', ...tasks].join('\n');
}

export function taskText(id: string, dependsOn: readonly string[] = []): string {
  const depends = dependsOn.length === 0 ? '' : `**Depends:** ${dependsOn.join(', ')}\n`;
  return `### ${id}: The work of ${id}\n**Status:** [ ]\n${depends}\nDo ${id}.\n`;
}

/** The same text with another mark on one task. */
export function withMark(text: string, id: string, mark: string): string {
  const changed = text.replace(new RegExp(`(### ${id}: [^\\n]*\\n\\*\\*Status:\\*\\*) \\[.\\][^\\n]*`), `$1 [${mark}]`);
  if (changed === text) throw new Error(`${id} has no mark to change, or has [${mark}] already.`);
  return changed;
}

/** The same text without one task. */
export function withoutTask(text: string, id: string): string {
  const changed = text.replace(new RegExp(`### ${id}: [^]*?(?=### |$)`), '');
  if (changed === text) throw new Error(`There is no ${id}.`);
  return changed;
}

/** The status that the file shows of each task. */
export function statusesIn(text: string): Map<string, string> {
  return new Map(parseSprint(text, 'sprint.md').tasks.map(({ id, status }) => [id, status]));
}
