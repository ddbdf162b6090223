import { unwrap, type RunEvent } from '@ginkoai/contract';
import { loadConfig } from '../../src/lib/perform/load-config.js';
import { localAgentSpecs } from '../../src/lib/options/local-agent-specs.js';
import { orchestrateOptions, type OrchestrateFlags } from '../../src/lib/options/orchestrate-options.js';
import { systemClock } from '../../src/lib/perform/clock.js';
import { lookAhead } from '../../src/lib/perform/look-ahead.js';
import { findSprint } from '../../src/lib/perform/sprint-files.js';
import type { WorkingCopy } from './orchestrate-rig.js';

/** The events that a dry run finds a resume about to record. */
export async function plannedEvents(
  copy: WorkingCopy,
  { flags, env }: { readonly flags: OrchestrateFlags; readonly env: Readonly<Record<string, string>> },
): Promise<readonly RunEvent[]> {
  const { config } = unwrap(await loadConfig(copy.root));
  const options = unwrap(orchestrateOptions({ exec: 'true', agents: '4', ...flags, resume: true }, config, env));
  const found = unwrap(await findSprint({ cwd: copy.root }));
  const specs = unwrap(localAgentSpecs(options, config));
  const prepared = { options, config, found, specs, warnings: [], continueWith: 'ginko orchestrate --resume' };
  const { plan } = unwrap(await lookAhead(prepared, env, systemClock));
  if (plan === null) throw new Error('There is nothing to resume.');
  return plan.events;
}
