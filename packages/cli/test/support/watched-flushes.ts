import { open, type FileHandle } from 'node:fs/promises';

/** Between the program and its disk: counts the flushes of files' data that are made on another thread. */
export class WatchedFlushes {
  count = 0;

  private constructor(
    private readonly prototype: Pick<FileHandle, 'datasync'>,
    private readonly real: FileHandle['datasync'],
  ) {}

  static async begin(): Promise<WatchedFlushes> {
    const probe = await open('/dev/null');
    const prototype = Object.getPrototypeOf(probe) as Pick<FileHandle, 'datasync'>;
    await probe.close();
    const { datasync: real } = prototype;
    const watched = new WatchedFlushes(prototype, real);
    prototype.datasync = function (this: FileHandle): Promise<void> {
      watched.count += 1;
      return real.call(this);
    };
    return watched;
  }

  end(): void {
    this.prototype.datasync = this.real;
  }
}
