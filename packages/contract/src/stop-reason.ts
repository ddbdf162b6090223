import { unreachable } from './failure.js';

export const stopReasons = [
  'complete',
  'nothing_to_do',
  'context_pressure',
  'max_runtime',
  'taken_over',
  'disk_full',
  'no_progress',
  'attempts_exhausted',
  'blocked',
  'dependency_cycle',
  'bad_configuration',
  'newer_checkpoint',
  'lease_held',
  'crashed',
  'interrupted',
  'terminated',
] as const;

/** Why a run ended. */
export type StopReason = (typeof stopReasons)[number];

export const exitCodes = {
  ok: 0,
  personNeeded: 1,
  resume: 75,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** 0: done. 75: stopped, and resuming makes progress. 1: a person is needed. 130, 143: a signal. */
export function exitCodeOf(reason: StopReason): ExitCode {
  switch (reason) {
    case 'complete':
    case 'nothing_to_do':
      return exitCodes.ok;
    case 'context_pressure':
    case 'max_runtime':
    case 'taken_over':
    case 'disk_full':
      return exitCodes.resume;
    case 'no_progress':
    case 'attempts_exhausted':
    case 'blocked':
    case 'dependency_cycle':
    case 'bad_configuration':
    case 'newer_checkpoint':
    case 'lease_held':
    case 'crashed':
      return exitCodes.personNeeded;
    case 'interrupted':
      return exitCodes.interrupted;
    case 'terminated':
      return exitCodes.terminated;
    default:
      return unreachable(reason);
  }
}
