/** Microseconds that this process has spent computing: what others took of the machine meanwhile does not count. */
export function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
