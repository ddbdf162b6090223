const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Resolves at the first signal that asks the process to end. From then on they have their usual effect again. */
export function untilTerminated(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const hear = (signal: NodeJS.Signals): void => {
      for (const one of signals) process.off(one, hear);
      resolve(signal);
    };
    for (const one of signals) process.on(one, hear);
  });
}
