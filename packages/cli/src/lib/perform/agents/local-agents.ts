import { relative } from 'node:path';
import {
  type Failure,
  type LauncherAttempt,
  type LauncherExit,
  type LauncherOpenAttempt,
  type LauncherOutcome,
  type LauncherStart,
  type Millis,
  type RunId,
  type TaskId,
  type Usage,
} from '@ginkoai/contract';
import type { AttemptSighting } from '../../decide/actual-task.js';
import type { AttemptId, AttemptEnd } from '../../decide/close-attempt.js';
import { judgeOutcome } from '../../decide/judge-outcome.js';
import type { Agents, RunInput, StartRequest } from '../../ports.js';
import { attemptFiles, prepareAttempt, readAgentWord, type AttemptFiles } from './attempt-files.js';
import type { TaskFacts } from '../../decide/run-state.js';
import { attemptKey, parseAttemptKey } from './attempt-key.js';
import type { LauncherConnection, LauncherEvent } from './launcher-client.js';
import { traceAttempt, type AttemptTrace } from './trace-attempt.js';

/** What is run for a task by an agent, resolved from the configuration and the sprint. */
export interface TaskCommand {
  /** `{taskFile}` and `{scriptFile}` stand for files of the attempt. */
  readonly argv: readonly string[];
  /** A script of the repository, given to its shell as a file; null: none. */
  readonly script: string | null;
  readonly verify: readonly string[] | null;
  readonly timeLimitMs: Millis;
  /** The task in Markdown, as the agent gets it on stdin and in a file. */
  readonly brief: string;
  readonly title: string;
}

export interface LocalAgentsParts {
  readonly root: string;
  /** Known once the run is open. */
  readonly runId: () => RunId;
  readonly epicId: string;
  readonly sprintId: string;
  readonly epoch: () => number;
  /** A failure: the task cannot be run by this agent at all. */
  readonly commandFor: (taskId: TaskId, agentId: string) => TaskCommand | Failure;
  readonly onInput: (input: RunInput) => void;
  /** null: for a look only; nothing is started or stopped. */
  readonly connection: LauncherConnection | null;
}

interface PreparedStart {
  readonly id: AttemptId;
  readonly command: TaskCommand;
  readonly files: AttemptFiles;
}

const stopGraceMs: Millis = 5_000;
/** Of an attempt whose agent is no more in the configuration. */
const unknownLimitMs: Millis = 3_600_000;

/** Turns assignments into started commands, and what the launcher tells into inputs of the run. */
export class LocalAgents implements Agents {
  readonly #parts: LocalAgentsParts;

  constructor(parts: LocalAgentsParts) {
    this.#parts = parts;
  }

  prepare({ id, agentId }: StartRequest): () => void {
    const key = attemptKey(this.#parts.runId(), id);
    const command = this.#parts.commandFor(id.taskId, agentId);
    if ('code' in command) {
      return () => this.#parts.onInput({ kind: 'attempt_ended', id, end: withoutCommand(command) });
    }
    const files = attemptFiles(this.#parts, id);
    const prepared = prepareAttempt(files, command);
    if (!prepared.ok) return () => this.#refused(key, prepared.failure);
    const start = this.#launcherStart(key, { id, command, files });
    return () => this.#parts.connection?.start(start);
  }

  /** Attempts of a recovered state that go on: the launcher tells how they stand, be they known to it or not. */
  adopt(open: Iterable<TaskFacts>): void {
    this.#parts.connection?.adopt([...open].flatMap((facts) => this.#openAttempt(facts) ?? []));
  }

  /** What is left of an open attempt of this working copy that no launcher knows. */
  trace(facts: TaskFacts): AttemptTrace {
    const open = this.#openAttempt(facts);
    return open === null ? 'none' : traceAttempt(open);
  }

  #openAttempt({ id: taskId, generation, attempt, assignment }: TaskFacts): LauncherOpenAttempt | null {
    if (assignment === null) return null;
    const id = { taskId, generation, attempt };
    const command = this.#parts.commandFor(taskId, assignment.agentId);
    return {
      key: attemptKey(this.#parts.runId(), id),
      limitMs: 'code' in command ? unknownLimitMs : command.timeLimitMs,
      outputFile: attemptFiles(this.#parts, id).outputFile,
      openSince: assignment.assignedAt,
      ...(assignment.process && { process: assignment.process }),
    };
  }

  stop(id: AttemptId): void {
    this.#parts.connection?.stop(attemptKey(this.#parts.runId(), id), stopGraceMs);
  }

  settle(ids: readonly AttemptId[]): void {
    if (ids.length > 0) this.#parts.connection?.forget(ids.map((id) => attemptKey(this.#parts.runId(), id)));
  }

  raiseEpoch(epoch: number): void {
    this.#parts.connection?.raiseEpoch(epoch);
  }

  close(): Promise<void> {
    return this.#parts.connection?.close() ?? Promise.resolve();
  }

  /** Called with everything the launcher tells. */
  hear(event: LauncherEvent): void {
    switch (event.kind) {
      case 'accepted':
        return;
      case 'refused':
        return this.#refused(event.key, event.failure);
      case 'started':
        return this.#tell(event.key, (id) => ({
          kind: 'attempt_started',
          id,
          pid: event.pid,
          processStartedAt: event.processStartedAt,
        }));
      case 'verifying':
        return this.#tell(event.key, (id) => ({ kind: 'attempt_verifying', id }));
      case 'finished':
        return this.#finished(event.key, event.outcome);
      case 'reconnected':
        for (const attempt of event.attempts) this.#hearAttempt(attempt);
        return;
      case 'unavailable':
      case 'trouble':
        return this.#parts.onInput({ kind: 'agents_trouble', failure: event.failure });
      case 'superseded':
        return this.#parts.onInput({ kind: 'taken_over', message: event.failure.message });
    }
  }

  #hearAttempt(attempt: LauncherAttempt): void {
    switch (attempt.state) {
      case 'accepted':
      case 'verifying':
        return;
      case 'running':
        return this.#tell(attempt.key, (id) => ({
          kind: 'attempt_started',
          id,
          pid: attempt.pid,
          processStartedAt: attempt.processStartedAt,
        }));
      case 'finished':
        return this.#finished(attempt.key, attempt.outcome);
    }
  }

  #launcherStart(key: string, { id, command, files }: PreparedStart): LauncherStart {
    const fill = (argument: string): string =>
      // With a function: `$` in a path would be taken for a pattern.
      argument.replace(/\{(taskFile|scriptFile)\}/g, (_, name: 'taskFile' | 'scriptFile') => files[name]);
    return {
      key,
      argv: command.argv.map(fill),
      env: {
        GINKO_TASK_FILE: files.taskFile,
        GINKO_TASK_ID: id.taskId,
        GINKO_TASK_TITLE: command.title.replaceAll('\0', ''),
        GINKO_ATTEMPT: String(id.attempt),
        GINKO_GENERATION: String(id.generation),
        GINKO_EPOCH: String(this.#parts.epoch()),
        GINKO_IDEMPOTENCY_KEY: key,
        GINKO_SPRINT_ID: this.#parts.sprintId,
        GINKO_EPIC_ID: this.#parts.epicId,
        GINKO_RESULT_FILE: files.resultFile,
      },
      cwd: this.#parts.root,
      stdinFile: files.taskFile,
      outputFile: files.outputFile,
      timeoutMs: command.timeLimitMs,
      ...(command.verify === null ? {} : { verify: { argv: [...command.verify], timeoutMs: command.timeLimitMs } }),
    };
  }

  #finished(key: string, outcome: LauncherOutcome): void {
    const parsed = parseAttemptKey(key);
    if (parsed === null) return;
    const failure = fileTroubleOf(outcome);
    if (failure !== null) this.#parts.onInput({ kind: 'agents_trouble', failure });
    if (parsed.runId === this.#parts.runId()) return this.#end(key, this.endOf(parsed.id, outcome));
    this.#parts.connection?.forget([key]);
    this.#parts.onInput({ kind: 'stray_ended', key });
  }

  /** What a recorded outcome means, the agent's own word included. */
  endOf(id: AttemptId, outcome: LauncherOutcome): AttemptEnd {
    if (fileTroubleOf(outcome) !== null) return { kind: 'not_accepted' };
    const { root } = this.#parts;
    const files = attemptFiles(this.#parts, id);
    return judgeOutcome({ outcome, word: readAgentWord(files), outputFile: relative(root, files.outputFile) });
  }

  /**
   * A disk that is full, or a folder that may not be written to, says nothing about the task: the run stops, and the
   * intent is dropped by the next start.
   */
  #refused(key: string, failure: Failure): void {
    if (isFileTrouble(failure.code)) return this.#parts.onInput({ kind: 'agents_trouble', failure });
    this.#end(key, { kind: 'failed', failure });
  }

  #end(key: string, end: AttemptEnd): void {
    this.#tell(key, (id) => ({ kind: 'attempt_ended', id, end }));
  }

  #tell(key: string, input: (id: AttemptId) => RunInput): void {
    const parsed = parseAttemptKey(key);
    if (parsed === null || parsed.runId !== this.#parts.runId()) return;
    this.#parts.onInput(input(parsed.id));
  }
}

type FileTrouble = Extract<Failure['code'], 'disk_full' | 'file_unwritable'>;

function isFileTrouble(code: string): code is FileTrouble {
  return code === 'disk_full' || code === 'file_unwritable';
}

/** The launcher could not make the files of the attempt. */
function fileTroubleOf({ exit, verify }: LauncherOutcome): Failure | null {
  return failureOfExit(exit) ?? (verify === undefined ? null : failureOfExit(verify.exit));
}

function failureOfExit(exit: LauncherExit): Failure | null {
  if (exit.kind !== 'not_started' || !isFileTrouble(exit.reason)) return null;
  return { code: exit.reason, message: exit.message };
}

/** Another attempt would find it just the same, and a person has to change something; unless the task is just gone. */
function withoutCommand({ code, message }: Failure): AttemptEnd {
  return code === 'not_found' ? { kind: 'not_accepted' } : { kind: 'blocked', reason: 'no_command', detail: message };
}

/** What the launcher's attempts of a run mean to reconciliation: the latest of each task. */
export function sightings(
  agents: LocalAgents,
  runId: RunId,
  attempts: readonly LauncherAttempt[],
): Map<TaskId, AttemptSighting> {
  const byTask = new Map<TaskId, AttemptSighting>();
  for (const attempt of attempts) {
    const parsed = parseAttemptKey(attempt.key);
    if (parsed === null || parsed.runId !== runId) continue;
    const { id } = parsed;
    const earlier = byTask.get(id.taskId);
    if (earlier !== undefined && isLater(earlier, id)) continue;
    byTask.set(id.taskId, sightingOf(agents, id, attempt));
  }
  return byTask;
}

function isLater(a: { generation: number; attempt: number }, b: { generation: number; attempt: number }): boolean {
  return a.generation > b.generation || (a.generation === b.generation && a.attempt > b.attempt);
}

function sightingOf(agents: LocalAgents, id: AttemptId, attempt: LauncherAttempt): AttemptSighting {
  const base = { generation: id.generation, attempt: id.attempt };
  if (attempt.state !== 'finished') return { ...base, state: 'running' };
  const end = agents.endOf(id, attempt.outcome);
  switch (end.kind) {
    case 'completed':
      return { ...base, ...end, state: 'completed' };
    case 'failed':
      return { ...base, ...end, state: 'failed' };
    case 'blocked':
      return { ...base, state: 'ended_blocked', detail: end.detail, ...usageIn(end) };
    case 'throttled':
      return { ...base, state: 'throttled' };
    case 'stopped':
      return { ...base, state: 'stopped', ...usageIn(end) };
    case 'not_accepted':
      return { ...base, state: 'not_accepted' };
    case 'lost':
      return { ...base, state: 'lost', lossReason: end.reason };
  }
}

const usageIn = ({ usage }: { readonly usage?: Usage }): { usage?: Usage } => (usage === undefined ? {} : { usage });
