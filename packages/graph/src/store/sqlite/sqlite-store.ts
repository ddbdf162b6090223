import { ok, type EpochMillis, type Result } from '@ginkoai/contract';
import { decideAppend, type StoredHistory } from '../../decide/events.js';
import { decideAcquire, decideRelease, decideRenew, fence, type HoldDecision } from '../../decide/lease.js';
import { decidePersist } from '../../decide/state.js';
import type { EpicKey, GraphStore } from '../store.js';
import type { SqliteDatabase } from './database.js';
import * as events from './event-table.js';
import * as leases from './lease-table.js';
import { openDatabase } from './open-database.js';
import * as states from './state-table.js';
import { findTaskOutcome, setTaskStatus, syncTasks, taskNews } from './task-store.js';
import * as tokens from './token-table.js';

export interface SqliteStoreOptions {
  readonly file: string;
  readonly now: () => EpochMillis;
}

export async function openSqliteStore({ file, now }: SqliteStoreOptions): Promise<Result<GraphStore>> {
  const opened = await openDatabase(file);
  return opened.ok ? ok(sqliteStore(opened.value, now)) : opened;
}

/** The clock is read inside the transaction: to get into one may take a while. */
function sqliteStore(database: SqliteDatabase, now: () => EpochMillis): GraphStore {
  const write = <T>(work: () => T): Promise<T> => settled(() => database.write(work));
  const read = <T>(work: () => T): Promise<T> => settled(() => database.read(work));

  const saveHeld = (key: EpicKey, decision: HoldDecision): HoldDecision => {
    if (decision.kind === 'granted') leases.writeLease(database, key, decision.lease);
    return decision;
  };

  return {
    acquireLease: (key, request) =>
      write(() => {
        const storedEpoch = states.newestStamp(database, key)?.stamp.epoch ?? 0;
        const decision = decideAcquire(leases.readLease(database, key), { ...request, storedEpoch }, now());
        if (decision.kind === 'granted') leases.writeLease(database, key, decision.lease);
        return decision;
      }),
    renewLease: (key, request) =>
      write(() => saveHeld(key, decideRenew(leases.readLease(database, key), request, now()))),
    releaseLease: (key, request) =>
      write(() => saveHeld(key, decideRelease(leases.readLease(database, key), request, now()))),
    readLease: (key) => settled(() => leases.readLease(database, key)),
    extendLiveLeases: () => write(() => leases.extendLiveLeases(database, now())),

    persistState: (key, state) =>
      write(() => {
        const lease = leases.readLease(database, key);
        const newest = states.newestStamp(database, key);
        const isKnownRun = states.hasRun(database, key, state.runId);
        const decision = decidePersist({ lease, newest: newest?.stamp ?? null, isKnownRun }, state);
        if (decision.kind === 'stale') return decision;
        if (decision.kind === 'kept') {
          return { kind: 'kept', stamp: decision.stored, persistedAt: newest?.persistedAt ?? now() };
        }
        const persistedAt = now();
        states.insertState(database, key, state, persistedAt);
        states.dropOutdatedStates(database, key, persistedAt);
        const goesOn = newest?.stamp.runId === state.runId && newest.stamp.epoch === state.epoch;
        if (goesOn) events.dropEventsUpTo(database, key, state.sequence);
        else events.dropEvents(database, key);
        const { runId, orchestratorId, epoch, sequence } = state;
        return { kind: 'stored', stamp: { runId, orchestratorId, epoch, sequence }, persistedAt };
      }),
    readState: (key) =>
      read(() => {
        const newest = states.newestState(database, key);
        return newest === null ? null : { ...newest, events: events.laterEvents(database, key) };
      }),
    stateHistory: (key, limit) => settled(() => states.stateHistory(database, key, limit)),
    stateAt: (key, at) => settled(() => states.stateAt(database, key, at)),
    appendEvents: (key, incoming, batch) =>
      write(() => {
        const decision = decideAppend(leases.readLease(database, key), storedHistory(database, key), incoming);
        if (decision.kind !== 'store') return decision;
        const fresh = batch.filter((event) => event.sequence > decision.after);
        for (const event of fresh) events.insertEvent(database, key, event);
        return { kind: 'stored', stored: fresh.length, sequence: Math.max(decision.after, incoming.lastSequence) };
      }),

    syncTasks: (key, sync) =>
      write(() => {
        const refusal = fence(leases.readLease(database, key), sync.epoch);
        if (refusal !== null) return { kind: 'stale', lease: refusal };
        return { kind: 'stored', revision: syncTasks(database, key, sync, now()) };
      }),
    setTaskStatus: (taskId, word) => write(() => setTaskStatus(database, taskId, word, now())),
    taskStatus: (taskId, key) => read(() => findTaskOutcome(database, taskId, key)),
    taskNews: (key, since) => read(() => taskNews(database, key, since)),

    addToken: (hash, token) =>
      write(() => {
        if (tokens.isNameTaken(database, token.name, now())) return false;
        tokens.deleteTokens(database, token.name);
        tokens.insertToken(database, hash, token, now());
        return true;
      }),
    tokens: () => settled(() => tokens.listTokens(database)),
    revokeToken: (name) => write(() => tokens.deleteTokens(database, name) > 0),
    findToken: (hash) => settled(() => tokens.findToken(database, hash)),
    hasAdminToken: () => settled(() => tokens.hasAdminToken(database, now())),

    ping: () => settled(() => void leases.readLease(database, { graphId: '', epicId: '' })),
    close: () => settled(() => database.close()),
  };
}

function storedHistory(database: SqliteDatabase, key: EpicKey): StoredHistory | null {
  const newest = states.newestStamp(database, key);
  if (newest === null) return null;
  const { runId, epoch, sequence } = newest.stamp;
  return { runId, epoch, sequence: Math.max(sequence, events.lastEventSequence(database, key) ?? 0) };
}

/** SQLite answers at once; the promise is the form that every store has. */
function settled<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => resolve(work()));
}
