const byExtension: ReadonlyMap<string, string> = new Map([
  ['ts', 'typescript'],
  ['tsx', 'typescript'],
  ['py', 'python'],
  ['go', 'go'],
  ['rs', 'rust'],
]);

/** `**Capabilities:** testing, TypeScript` as sorted lower-case words without repeats. */
export function declaredCapabilities(value: string): readonly string[] {
  const words = value.split(/[,;|]/).map((word) => word.replaceAll('`', '').trim().toLowerCase());
  return [...new Set(words.filter((word) => word !== ''))].sort();
}

/** What a task needs to be able to do, judged by the files it names. */
export function capabilitiesOfFiles(files: readonly string[]): readonly string[] {
  if (files.length === 0) return files;
  const found = new Set<string>();
  for (const file of files) {
    const name = file.slice(file.lastIndexOf('/') + 1).toLowerCase();
    const byName = byExtension.get(name.slice(name.lastIndexOf('.') + 1));
    if (byName !== undefined) found.add(byName);
    if (name.includes('.test.') || name.includes('.spec.')) found.add('testing');
    if (`/${file}`.includes('/api/')) found.add('api');
  }
  return [...found].sort();
}
