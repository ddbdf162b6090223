import { createOutput, type Output } from '../../src/lib/report/output.js';

export interface RecordingOutput {
  readonly output: Output;
  /** All that was written to stdout. */
  text(): string;
  /** The lines of stdout; the last one must have been ended. */
  lines(): string[];
  /** Forgets what was written so far. */
  clear(): void;
}

export interface RecordingOptions {
  readonly isTTY?: boolean;
  readonly columns?: () => number;
  readonly rows?: () => number;
  readonly env?: Readonly<Record<string, string>>;
  readonly onWrite?: (text: string) => void;
}

/** A real output on streams that remember. */
export function recordingOutput(options: RecordingOptions = {}): RecordingOutput {
  let written = '';
  const stdout = {
    isTTY: options.isTTY ?? false,
    get columns() {
      return options.columns?.() ?? 80;
    },
    get rows() {
      return options.rows?.() ?? 24;
    },
    write(text: string): boolean {
      written += text;
      options.onWrite?.(text);
      return true;
    },
  };
  return {
    output: createOutput({ stdout, stderr: stdout, env: options.env ?? {} }),
    text: () => written,
    lines: () => {
      if (written !== '' && !written.endsWith('\n')) throw new Error(`The last line is not ended: ${written}`);
      return written.split('\n').slice(0, -1);
    },
    clear: () => {
      written = '';
    },
  };
}
