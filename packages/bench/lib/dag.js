/** Tasks stand in layers of this many; each depends on two tasks of the layer before its own. */
export const layer = 50;

/** The 0-based places of the tasks that the task at `place` depends on. */
export function dependenciesOf(place) {
  if (place < layer) return [];
  const start = (Math.floor(place / layer) - 1) * layer;
  const column = place % layer;
  return [start + column, start + ((column + 1) % layer)];
}

export const taskId = (place) => `TASK-${place + 1}`;
