/** The command line cannot be carried out as it is typed: one line, and what to type instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly command: string | undefined;

  constructor(message: string, command?: string) {
    super(message);
    this.command = command;
  }
}

/** A question was answered with no. */
export class Declined extends Error {
  override readonly name = 'Declined';
}

/** Ctrl-C where there is nothing to finish. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}
