import { Worker } from 'node:worker_threads';
import { ok, type Result } from '@ginkoai/contract';
import type { GraphWorkerData, GraphWorkerMessage, GraphWorkerOrder } from '@ginkoai/graph';
import { embeddedGraphProgram } from './embedded-graph-program.js';
import { growHeapSlowly } from './small-heap.js';

/** Requests leave much garbage behind and hold little: 32 MB for what is new, the default, are never needed. */
const resourceLimits = { maxYoungGenerationSizeMb: 4 } as const;

/**
 * The thread of an embedded graph. It loads its program, which takes as long as everything else that a start does
 * before it needs the graph (90 ms), and touches nothing until it is told what to serve. It does not keep the process
 * alive.
 */
export class EmbeddedGraphThread {
  readonly #worker: Worker;
  readonly #answer: Promise<Result<string>>;
  readonly #ended: Promise<void>;
  #onError: (error: Error) => void = () => undefined;
  #isServing = false;
  #isClosing = false;

  private constructor(worker: Worker) {
    this.#worker = worker;
    this.#answer = firstAnswer(worker);
    // Whoever tells it to serve hears of it; before that, nobody needs it.
    this.#answer.catch(() => undefined);
    // Whoever closes it has told how its run ended: nothing may come after that.
    worker.on('error', (error) => this.#tell(error));
    worker.on('message', (message: GraphWorkerMessage) => {
      if (message.kind === 'error') this.#tell(message.error);
    });
    this.#ended = new Promise((resolve) => {
      worker.once('exit', (code) => {
        this.#tell(new Error(`The thread of the embedded graph ended by itself (${code}).`));
        resolve();
      });
    });
    worker.once('online', growHeapSlowly);
    worker.unref();
  }

  /** Failure `bad_configuration`: its program is missing. */
  static start(): Result<EmbeddedGraphThread> {
    const program = embeddedGraphProgram();
    if (!program.ok) return program;
    // Flags of this process (a test runner's, a debugger's) are not the thread's.
    return ok(new EmbeddedGraphThread(new Worker(program.value, { execArgv: [], resourceLimits })));
  }

  /** The URL where it listens; called once. Failures: those of the graph's start, after which the thread ends. */
  async serve(data: GraphWorkerData, onError: (error: Error) => void): Promise<Result<string>> {
    this.#isServing = true;
    this.#worker.ref();
    this.#order({ kind: 'serve', data });
    const answer = await this.#answer;
    this.#worker.unref();
    if (answer.ok) this.#onError = onError;
    return answer;
  }

  /** Lets what is under way finish; resolves when it has ended. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#worker.ref();
    if (this.#isServing) this.#order({ kind: 'close' });
    else await this.#worker.terminate();
    await this.#ended;
  }

  #order(order: GraphWorkerOrder): void {
    this.#worker.postMessage(order);
  }

  #tell(error: Error): void {
    if (!this.#isClosing) this.#onError(error);
  }
}

function firstAnswer(worker: Worker): Promise<Result<string>> {
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('exit', (code) =>
      reject(new Error(`The thread of the embedded graph ended before it listened (${code}).`)),
    );
    worker.once('message', (message: GraphWorkerMessage) => {
      if (message.kind === 'listening') resolve(ok(message.url));
      else if (message.kind === 'failed') resolve({ ok: false, failure: message.failure });
      else reject(message.error);
    });
  });
}
