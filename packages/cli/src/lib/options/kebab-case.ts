/** `maxAttempts` as it stands on a command line: `max-attempts`. */
export function kebabCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
