import * as z from 'zod';
import { checkedJson } from './checked-json.js';
import { epochSchema, isoTimeSchema } from './ids.js';

/**
 * What passes between an orchestrator and the launcher, the small process that starts the commands of attempts and
 * outlives the orchestrator: one JSON message a line over a Unix socket.
 */
export const launcherProtocol = 2;

/** Opaque to the launcher; the same key always means the same attempt. It becomes `GINKO_IDEMPOTENCY_KEY`. */
export const attemptKeySchema = z
  .string()
  .regex(/^[\x21-\x7e]{1,400}$/, 'must be 1 to 400 printable characters without blanks');

/** A timer of the platform holds no more than this: 24 days. */
const limitSchema = z.int().min(1).max(2_147_483_647);

const commandSchema = z.array(z.string()).min(1);
const environmentSchema = z.record(z.string(), z.string());
const processSchema = { pid: z.int().min(1), processStartedAt: z.string() };

/**
 * `unknown`: the process is gone, and no launcher was there to take its exit.
 * `not_started`: the command did not run. Either it could not be started (`could_not_start`: the message says why and
 * what to do), or it was stopped before its start (`stopped`), or a launcher was ended between accepting and starting
 * it (`not_accepted`: the intent can be dropped), or its output file could not be made, which says nothing about the
 * task (`file_unwritable`, `disk_full`).
 */
export const launcherExitSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('code'), code: z.int() }),
  z.object({ kind: z.literal('signal'), signal: z.string() }),
  z.object({ kind: z.literal('unknown') }),
  z.object({
    kind: z.literal('not_started'),
    reason: z.enum(['could_not_start', 'stopped', 'not_accepted', 'file_unwritable', 'disk_full']),
    message: z.string(),
  }),
]);

export type LauncherExit = z.infer<typeof launcherExitSchema>;

/** How the verify command ended; it runs only after the command itself ended with code 0. */
export const launcherVerifySchema = z.object({
  exit: launcherExitSchema,
  /** Its own time limit, or what was left of the attempt's, was over. */
  timedOut: z.boolean(),
});

export type LauncherVerify = z.infer<typeof launcherVerifySchema>;

export const launcherOutcomeSchema = z.object({
  exit: launcherExitSchema,
  /** The attempt's time limit was over, and the launcher ended it. */
  timedOut: z.boolean(),
  /** An orchestrator asked the launcher to end it. */
  stopped: z.boolean(),
  /** Absent: there is no verify command, or it was not reached. */
  verify: launcherVerifySchema.optional(),
  /** Whether the attempt was given a verify command. Absent: an older launcher, which does not say. */
  hasVerify: z.boolean().optional(),
  /** The attempt's time limit, in milliseconds. Absent: an older launcher, which does not say. */
  limitMs: z.number().optional(),
  /** Absent: the command never ran. */
  startedAt: isoTimeSchema.optional(),
  /** From then on nothing of the attempt's process group runs. */
  endedAt: isoTimeSchema,
});

export type LauncherOutcome = z.infer<typeof launcherOutcomeSchema>;

export const launcherAttemptSchema = z.discriminatedUnion('state', [
  z.object({ key: attemptKeySchema, state: z.literal('accepted') }),
  z.object({ key: attemptKeySchema, state: z.literal('running'), ...processSchema, startedAt: isoTimeSchema }),
  z.object({ key: attemptKeySchema, state: z.literal('verifying'), startedAt: isoTimeSchema }),
  z.object({ key: attemptKeySchema, state: z.literal('finished'), outcome: launcherOutcomeSchema }),
]);

/** An attempt that the launcher has accepted and that was not forgotten yet. */
export type LauncherAttempt = z.infer<typeof launcherAttemptSchema>;

export const launcherStartSchema = z
  .looseObject({
    key: attemptKeySchema,
    /** Program and arguments, run without a shell. */
    argv: commandSchema,
    /** Added to the environment given in the hello; holds the key as `GINKO_IDEMPOTENCY_KEY`. */
    env: environmentSchema,
    cwd: z.string(),
    stdinFile: z.string(),
    /** Output and errors are appended to it; it is made with mode 0600. */
    outputFile: z.string(),
    /** From the start to the end, verify command included. */
    timeoutMs: limitSchema,
    verify: z.object({ argv: commandSchema, timeoutMs: limitSchema }).optional(),
  })
  .refine((start) => start.env['GINKO_IDEMPOTENCY_KEY'] === start.key, {
    message: 'must hold GINKO_IDEMPOTENCY_KEY with the value of key',
    path: ['env'],
  });

export type LauncherStart = z.infer<typeof launcherStartSchema>;

/**
 * An attempt whose end the orchestrator has not heard of, as far as the orchestrator knows it: a launcher whose
 * journal was lost finds by it what still runs.
 */
export const launcherOpenAttemptSchema = z.object({
  key: attemptKeySchema,
  /** From `openSince` to the end. */
  limitMs: limitSchema,
  /** Empty: not known. */
  outputFile: z.string(),
  openSince: isoTimeSchema,
  /** Absent: the orchestrator has not heard of its start. */
  process: z.object(processSchema).optional(),
});

export type LauncherOpenAttempt = z.infer<typeof launcherOpenAttemptSchema>;

/** The process of an orchestrator: what tells a dead one from one that is at work. */
export const launcherHolderSchema = z.object({ host: z.string(), bootId: z.string(), ...processSchema });

export type LauncherHolder = z.infer<typeof launcherHolderSchema>;

/** Who gives the orders in a scope, in the answer to a hello that came too late. */
export const launcherFenceSchema = z.object({
  epoch: epochSchema,
  orchestratorId: z.string(),
  /** Absent: it did not say. */
  holder: launcherHolderSchema.optional(),
});

export type LauncherFence = z.infer<typeof launcherFenceSchema>;

export const toLauncherSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('hello'),
    protocol: z.int(),
    token: z.string(),
    /** Whose epochs these are (one lease, so one epic of one graph). Attempts belong to the scope that started them. */
    scope: z.string().min(1).max(400),
    epoch: epochSchema,
    orchestratorId: z.string(),
    holder: launcherHolderSchema.optional(),
    /** The environment of agents, without ginko's own secrets. It is never written to disk. */
    env: environmentSchema,
  }),
  z.object({
    kind: z.literal('start'),
    start: launcherStartSchema,
    /** It was sent before, and no launcher's answer came: it may have been started already. */
    again: z.literal(true).optional(),
  }),
  /** Answered by the state of each; one that the launcher does not know is looked for, and never started. */
  z.object({ kind: z.literal('adopt'), attempts: z.array(launcherOpenAttemptSchema) }),
  z.object({ kind: z.literal('stop'), key: attemptKeySchema, graceMs: z.int().min(0).max(600_000) }),
  /** The orchestrator has the outcomes of these in its own journal. */
  z.object({ kind: z.literal('forget'), keys: z.array(attemptKeySchema) }),
  /** Answered by `pong` at once. */
  z.object({ kind: z.literal('ping') }),
]);

export type ToLauncher = z.infer<typeof toLauncherSchema>;

export const launcherRefusals = [
  /** A hello with an epoch below the greatest that was seen in its scope, or from an orchestrator that was followed. */
  'stale_epoch',
  /** Another orchestrator said hello in this scope since. */
  'stale_connection',
  'wrong_token',
  'wrong_protocol',
  'bad_request',
  /** The launcher's journal cannot be written (the disk is full, for example), so it takes nothing on. */
  'cannot_record',
] as const;

export const fromLauncherSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('welcome'),
    launcherId: z.int(),
    pid: z.int(),
    attempts: z.array(launcherAttemptSchema),
    /** What the launcher found damaged when it was started, for people; told to the first orchestrator only. */
    warnings: z.array(z.string()),
  }),
  z.object({ kind: z.literal('pong') }),
  z.object({ kind: z.literal('accepted'), key: attemptKeySchema }),
  z.object({ kind: z.literal('started'), key: attemptKeySchema, ...processSchema, startedAt: isoTimeSchema }),
  z.object({ kind: z.literal('verifying'), key: attemptKeySchema }),
  z.object({ kind: z.literal('finished'), key: attemptKeySchema, outcome: launcherOutcomeSchema }),
  z.object({
    kind: z.literal('refused'),
    code: z.enum(launcherRefusals),
    message: z.string(),
    /** Absent: the connection as a whole is refused, and the launcher closes it. */
    key: attemptKeySchema.optional(),
    /** With `stale_epoch`. */
    fence: launcherFenceSchema.optional(),
  }),
]);

export type FromLauncher = z.infer<typeof fromLauncherSchema>;
export type FromLauncherOf<K extends FromLauncher['kind']> = Extract<FromLauncher, { kind: K }>;

/** The file by which a launcher is found. Only its owner can read it: it holds the token that a hello must show. */
export const launcherDescriptorSchema = z.object({
  protocol: z.int(),
  launcherId: z.int().min(1),
  ...processSchema,
  bootId: z.string(),
  socket: z.string(),
  token: z.string(),
});

export type LauncherDescriptor = z.infer<typeof launcherDescriptorSchema>;

/** A line of `.ginko/launchers/<launcherId>.ndjson`: `{"crc":"xxxxxxxx","record":{...}}`. */
export const launcherLine = checkedJson({ checksum: 'crc', value: 'record' });

const at = z.number();
const endedBy = { timedOut: z.literal(true).optional(), stopped: z.literal(true).optional() };

/**
 * What a line of a launcher's journal records. Names are short because there are several lines an attempt:
 * `t` kind, `k` attempt key, `at` milliseconds since 1970, `limit` time limit in milliseconds, `out` output file,
 * `from` start time of a process.
 */
export const launcherRecordSchema = z.discriminatedUnion('t', [
  /** First line: the launcher that writes, and the boot in which the processes named below it run. */
  z.object({ t: z.literal('launcher'), id: z.int(), pid: z.int(), from: z.string(), boot: z.string(), at }),
  z.object({
    t: z.literal('hello'),
    scope: z.string(),
    epoch: epochSchema,
    orchestrator: z.string(),
    holder: launcherHolderSchema.optional(),
    at,
  }),
  z.object({
    t: z.literal('accepted'),
    k: attemptKeySchema,
    scope: z.string(),
    at,
    limit: z.number(),
    out: z.string(),
    /** All that is needed to run the verify command again, except the base environment. */
    verify: z
      .looseObject({ argv: commandSchema, limit: z.number(), env: environmentSchema, cwd: z.string() })
      .optional(),
    /** There was a verify command, which is not needed any more: the attempt is finished. */
    hadVerify: z.literal(true).optional(),
  }),
  z.object({ t: z.literal('started'), k: attemptKeySchema, pid: z.int(), from: z.string(), at }),
  /** The command itself has ended; what remains of its process group, or the verify command, has not. */
  z.object({ t: z.literal('exited'), k: attemptKeySchema, exit: launcherExitSchema, at, ...endedBy }),
  z.object({ t: z.literal('verifying'), k: attemptKeySchema, pid: z.int(), from: z.string(), at }),
  z.object({
    t: z.literal('finished'),
    k: attemptKeySchema,
    exit: launcherExitSchema,
    at,
    ...endedBy,
    verify: launcherVerifySchema.optional(),
  }),
  z.object({ t: z.literal('forgotten'), keys: z.array(attemptKeySchema) }),
]);

export type LauncherRecord = z.infer<typeof launcherRecordSchema>;
export type LauncherRecordOf<T extends LauncherRecord['t']> = Extract<LauncherRecord, { t: T }>;
