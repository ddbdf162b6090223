import type { Usage } from '@ginkoai/contract';
import { countText } from './count-text.js';

/** What agents reported to have spent: `12,345 tokens, $0.43`; '': nothing. */
export function usageText(usage: Usage | undefined): string {
  const { tokens = 0, costUsd = 0 } = usage ?? {};
  const words = [
    ...(tokens > 0 ? [`${countText(tokens)} tokens`] : []),
    ...(costUsd > 0 ? [`$${costUsd.toFixed(costUsd < 0.01 ? 4 : 2)}`] : []),
  ];
  return words.join(', ');
}
