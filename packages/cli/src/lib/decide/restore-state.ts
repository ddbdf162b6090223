import { applyEvent } from './apply-event.js';
import type { OrchestratorCheckpoint, RunEvent, TaskFactsRecord } from '@ginkoai/contract';
import { emptyRunState, factsOf, type OpenAssignment, type RunState, type TaskFacts } from './run-state.js';

/**
 * The state that a checkpoint and the events after it describe, still without the sprint's definitions (`applySprint`).
 * `place` is the working copy that asks. Linear; the input stays as it is.
 */
export function restoreState(checkpoint: OrchestratorCheckpoint, events: readonly RunEvent[], place: string): RunState {
  const state = emptyRunState(place);
  state.runId = checkpoint.runId;
  state.graphId = checkpoint.graphId;
  state.epicId = checkpoint.epicId;
  state.sprintId = checkpoint.sprintId;
  state.orchestratorId = checkpoint.orchestratorId;
  state.orchestratorName = checkpoint.orchestratorName;
  state.epoch = checkpoint.epoch;
  state.sequence = checkpoint.sequence;
  state.startedAt = checkpoint.startedAt;
  state.lastEventAt = checkpoint.savedAt;
  state.lastProgressAt = checkpoint.lastProgressAt;
  state.idleResumes = checkpoint.cyclesWithoutProgress;
  state.recoveredFrom = checkpoint.recoveredFrom ?? null;
  state.replacedRuns = checkpoint.replacedRuns ?? [];
  state.usage = { tokens: checkpoint.usage?.tokens ?? 0, costUsd: checkpoint.usage?.costUsd ?? 0 };
  for (const [holderPlace, holder] of Object.entries(checkpoint.holders)) state.holders.set(holderPlace, holder);
  const complete = checkpoint.completedTasks.map((id) => factsOf(state, id));
  for (const facts of complete) facts.status = 'complete';
  for (const id of checkpoint.blockedTasks) {
    const facts = factsOf(state, id);
    facts.status = 'blocked';
    facts.blocked = { reason: 'person' };
  }
  for (const id in checkpoint.taskState) {
    restoreFacts(state, factsOf(state, id), checkpoint.taskState[id] as TaskFactsRecord);
  }
  for (const facts of complete) {
    // Version 1 does not say by whom; without anybody a task that leaves the sprint would lose its completion.
    facts.completedBy ??= facts.attempt === 0 ? 'sprint_file' : 'agent';
  }
  restoreAssignments(state, checkpoint);
  for (const event of events) applyEvent(state, event);
  return state;
}

function restoreFacts(state: RunState, facts: TaskFacts, record: TaskFactsRecord): void {
  facts.generation = record.generation ?? 1;
  facts.attempt = record.attempt ?? 0;
  facts.failures = record.failures ?? 0;
  facts.losses = record.losses ?? 0;
  facts.notBefore = record.notBefore === undefined ? null : Date.parse(record.notBefore);
  facts.givenDefinition = record.definition ?? null;
  facts.completedBy = record.completedBy ?? null;
  facts.removed = record.removed === true;
  facts.held = record.held === true;
  if (record.blockedReason !== undefined) {
    facts.status = record.blockedReason === 'cancelled' ? 'cancelled' : 'blocked';
    facts.blocked =
      record.blockedDetail === undefined
        ? { reason: record.blockedReason }
        : { reason: record.blockedReason, detail: record.blockedDetail };
  } else if (facts.held) {
    facts.status = 'in_progress';
    state.held.add(facts);
  } else if (record.completedBy !== undefined) {
    facts.status = 'complete';
  }
}

/** The open records are the truth about what is in progress; a version-1 file may name a task without one. */
function restoreAssignments(state: RunState, checkpoint: OrchestratorCheckpoint): void {
  for (const [id, agentId] of Object.entries(checkpoint.inProgressTasks)) {
    const facts = factsOf(state, id);
    open(state, facts, { agentId, assignedAt: checkpoint.savedAt }, Math.max(1, facts.attempt));
  }
  for (const record of checkpoint.assignmentHistory) {
    if (record.status !== 'assigned') {
      state.closed.add(record);
      continue;
    }
    const facts = factsOf(state, record.taskId);
    facts.generation = record.generation;
    const assignment: OpenAssignment = {
      agentId: record.agentId,
      assignedAt: record.assignedAt,
      ...(record.place === undefined ? {} : { place: record.place }),
      ...(record.pid === undefined || record.processStartedAt === undefined
        ? {}
        : { process: { pid: record.pid, processStartedAt: record.processStartedAt } }),
    };
    open(state, facts, assignment, record.attempt);
  }
}

function open(state: RunState, facts: TaskFacts, assignment: OpenAssignment, attempt: number): void {
  facts.status = 'in_progress';
  facts.attempt = attempt;
  facts.assignment = assignment;
  facts.blocked = null;
  state.open.add(facts);
}
