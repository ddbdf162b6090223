import {
  checkpointFile,
  checkpointVersion,
  failed,
  ok,
  parseCheckpoint,
  versionOf,
  type EpicId,
  type OrchestratorCheckpoint,
  type Result,
} from '@ginkoai/contract';
import { checksumOf } from './checksum.js';
import { jsonFault, parseJsonSafely, parseJsonText } from './parse-json.js';

/** 100,000 tasks with long texts take a quarter of it. */
export const maxCheckpointBytes = 256 << 20;

export interface EncodedCheckpoint {
  readonly bytes: Buffer;
  /** What the file is called in a failure. */
  readonly name: string;
  /** The epic whose directory the file lies in. */
  readonly epicId: EpicId;
}

/**
 * The checkpoint in a file's content. Failures: `newer_version`; `bad_state`: damaged, or no checkpoint at all.
 */
export function decodeCheckpoint({ bytes, name, epicId }: EncodedCheckpoint): Result<OrchestratorCheckpoint> {
  const limits = { maxBytes: maxCheckpointBytes, name };
  const content = bytes.at(-1) === lineFeed ? bytes.subarray(0, -1) : bytes;
  const parts = checkpointFile.locate(content);
  if (parts !== undefined) {
    const body = content.subarray(parts.start, parts.end);
    if (checksumOf(body) !== parts.checksum) {
      return failed('bad_state', `${name} is damaged: its checksum does not match its content.`);
    }
    const parsed = parseJsonText(body, limits);
    if (!parsed.ok) return parsed;
    return ofThisEpic(parsed.value, { name, epicId, faultOf: (part) => jsonFault(part) });
  }
  const value = parseJsonSafely(content, limits);
  if (!value.ok) return value;
  const bare = bareCheckpoint(value.value);
  if (bare !== undefined) return ofThisEpic(bare, { name, epicId });
  return failed('bad_state', `${name} is not a checkpoint as ginko writes it: its checksum is not where it belongs.`);
}

const lineFeed = '\n'.charCodeAt(0);

/**
 * A checkpoint that no checksum of ours covers: of version 1, which had none, or of a later version, whose layout is
 * not known but which says its version. `undefined`: neither.
 */
function bareCheckpoint(value: unknown): unknown {
  const candidate = typeof value === 'object' && value !== null && 'checkpoint' in value ? value.checkpoint : value;
  if (typeof candidate !== 'object' || candidate === null) return undefined;
  if (!('version' in candidate) && !('orchestratorId' in candidate)) return undefined;
  const version = versionOf(candidate);
  return version === undefined || version === checkpointVersion ? undefined : candidate;
}

interface Origin {
  readonly name: string;
  readonly epicId: EpicId;
  /** Absent: the value was looked through already. */
  readonly faultOf?: (part: unknown) => string | undefined;
}

function ofThisEpic(value: unknown, origin: Origin): Result<OrchestratorCheckpoint> {
  const checkpoint = parseCheckpoint(value, origin);
  if (!checkpoint.ok || versionOf(value) !== 1) return checkpoint;
  // Version 1 named a sprint and no epic: the directory that the file lies in says which it is.
  return ok({ ...checkpoint.value, epicId: origin.epicId });
}
