/**
 * The same scheduling without anything that ginko adds: counters, an array as queue, and who has which task. No
 * capabilities, priorities, back-off, attempts or events.
 */
export function buildBare(definitions) {
  const unmet = new Map();
  const dependants = new Map();
  const ready = [];
  for (const { id, dependsOn } of definitions) {
    unmet.set(id, dependsOn.length);
    for (const other of dependsOn) {
      const known = dependants.get(other);
      if (known === undefined) dependants.set(other, [id]);
      else known.push(id);
    }
    if (dependsOn.length === 0) ready.push(id);
  }
  return { unmet, dependants, ready };
}

export function drainBare({ unmet, dependants, ready }, agents) {
  const idle = Array.from({ length: agents }, (_, agent) => `local-${agent + 1}`);
  const running = new Map();
  const complete = new Set();
  let next = 0;
  while (complete.size < unmet.size) {
    while (idle.length > 0 && next < ready.length) running.set(ready[next++], idle.pop());
    for (const [id, agent] of running) {
      running.delete(id);
      idle.push(agent);
      complete.add(id);
      for (const dependant of dependants.get(id) ?? []) {
        const left = unmet.get(dependant) - 1;
        unmet.set(dependant, left);
        if (left === 0) ready.push(dependant);
      }
    }
  }
}
