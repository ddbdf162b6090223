import { refused, type Refusal } from './answer.js';

const loopbackNames = ['localhost', '127.0.0.1', '[::1]'] as const;

export interface Guard {
  /** `undefined`: the request may go on. */
  check(headers: Headers): Refusal | undefined;
}

/**
 * Against pages in a browser on the same machine: one that had its own name resolve to this address (DNS rebinding)
 * is known by its Host, one that merely sends requests here by its Origin.
 */
export function createGuard(allowedHosts: readonly string[]): Guard {
  const names = new Set<string>([...loopbackNames, ...allowedHosts.map((name) => name.toLowerCase())]);
  return {
    check(headers) {
      const host = headers.get('host');
      if (host === null || !names.has(hostnameOf(`http://${host}`))) {
        return refused(
          'forbidden',
          `This graph does not answer to the host "${host ?? ''}". Start it with --allow-host for that name.`,
        );
      }
      const origin = headers.get('origin');
      if (origin !== null && !names.has(hostnameOf(origin))) {
        return refused('forbidden', `This graph does not answer to pages of ${origin}.`);
      }
      return undefined;
    },
  };
}

function hostnameOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname.toLowerCase() : '';
}
