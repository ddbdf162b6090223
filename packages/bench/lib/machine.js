import { readFileSync } from 'node:fs';
import { arch, cpus, release, totalmem, type } from 'node:os';

/** What the figures were measured on, without anything that names the machine or its owner. */
export function machine(peers) {
  const { version } = JSON.parse(readFileSync(new URL('../../cli/package.json', import.meta.url), 'utf8'));
  const others = Object.entries(peers).flatMap(([name, peer]) =>
    peer.missing === undefined ? [[name === 'c' ? 'C compiler' : name, peer.version]] : [],
  );
  return {
    processors: cpus().length,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    memoryGb: Math.round(totalmem() / 1024 ** 3),
    system: `${type()} ${release().split('-')[0]} ${arch()}`,
    versions: { ginko: version, Node: process.versions.node, ...Object.fromEntries(others) },
  };
}
