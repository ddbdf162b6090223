/**
 * The same scheduling without anything that ginko adds, as one would write it down: a record a task, an array as
 * queue, who is idle, who has which task. No capabilities, priorities, back-off, attempts or events.
 */
export function buildBare(definitions) {
  const tasks = new Map();
  for (const { id } of definitions) tasks.set(id, { id, status: 'pending', agent: null, unmet: 0, dependants: [] });
  const ready = [];
  for (const { id, dependsOn } of definitions) {
    const task = tasks.get(id);
    for (const other of dependsOn) tasks.get(other).dependants.push(task);
    task.unmet = dependsOn.length;
    if (task.unmet === 0) ready.push(task);
  }
  return { tasks, ready };
}

export function drainBare({ tasks, ready }, agents) {
  const idle = Array.from({ length: agents }, (_, agent) => `local-${agent + 1}`);
  const running = new Map();
  let next = 0;
  let complete = 0;
  while (complete < tasks.size) {
    while (idle.length > 0 && next < ready.length) {
      const task = ready[next++];
      task.status = 'in_progress';
      task.agent = idle.pop();
      running.set(task.id, task.agent);
    }
    for (const [id, agent] of [...running]) {
      const task = tasks.get(id);
      task.status = 'complete';
      task.agent = null;
      running.delete(id);
      idle.push(agent);
      complete += 1;
      for (const dependant of task.dependants) {
        dependant.unmet -= 1;
        if (dependant.unmet === 0) ready.push(dependant);
      }
    }
  }
}
