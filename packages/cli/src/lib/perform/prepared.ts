import type { Config } from '@ginkoai/contract';
import type { FoundSprint } from './sprint-files.js';
import type { LocalAgentSpec } from '../options/local-agent-specs.js';
import type { OrchestrateOptions } from '../options/orchestrate-options.js';

/** What a run, or its plan, is made of. */
export interface Prepared {
  readonly options: OrchestrateOptions;
  readonly config: Config;
  readonly found: FoundSprint;
  readonly specs: readonly LocalAgentSpec[];
  readonly warnings: readonly string[];
  /** The command that goes on with this run. */
  readonly continueWith: string;
}
