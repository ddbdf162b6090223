import { unreachable } from '@ginkoai/contract';
import type { OrchestratorSight } from '../decide/judge-holder.js';

/** Who orchestrates, and whether it lives: `orchestrator-1 (process 4711 on host-1, alive)`. */
export function orchestratorText(
  sight: OrchestratorSight | null,
  resumeCommand = 'ginko orchestrate --resume',
): string {
  if (sight === null) return 'none is known';
  return `${sight.orchestratorId} (process ${sight.pid} on ${sight.host}, ${signText(sight, resumeCommand)})`;
}

function signText({ sign, leaseLeftMs }: OrchestratorSight, resumeCommand: string): string {
  switch (sign) {
    case 'alive':
      return 'alive';
    case 'gone':
      return `gone without ending the run; ${resumeCommand} carries on`;
    case 'lease_live':
      return `its lease lasts ${Math.ceil((leaseLeftMs ?? 0) / 1000)} s more`;
    case 'lease_over':
      return 'its lease has run out; it is probably gone';
    case 'ended':
      return 'has ended';
    case 'unknown':
      return 'nothing tells whether it is alive';
    default:
      return unreachable(sign);
  }
}
