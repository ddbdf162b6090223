/** `busy`: another process holds the database; asking again helps. `failed`: the disk or the file is at fault. */
export type StoreTroubleKind = 'busy' | 'failed';

/** The database could not do what it should; not a bug, and nobody's refusal. */
export class StoreTrouble extends Error {
  override readonly name = 'StoreTrouble';
  constructor(
    readonly kind: StoreTroubleKind,
    message: string,
  ) {
    super(message);
  }
}
