const LINGER_MS = 2_000;

/** The one connection of a process that was started with it in the place of standard input and output. */
export class SystemConnection {
  readonly arguments = process.argv.slice(2);
  readonly #pieces: AsyncIterator<unknown> = process.stdin.iterator({ destroyOnReturn: false });
  #isOver = false;

  constructor() {
    // The other side may leave at any moment: what it does not want to hear is not said, and nothing else follows.
    process.stdin.on('error', () => undefined);
    process.stdout.on('error', () => undefined);
  }

  /** The next piece of what the other side says; undefined when it says no more. */
  async read(): Promise<Uint8Array | undefined> {
    if (this.#isOver) return undefined;
    try {
      const next = await this.#pieces.next();
      if (next.done !== true && next.value instanceof Uint8Array) return next.value;
    } catch {
      // It has broken off: what it says has ended as well.
    }
    this.#isOver = true;
    return undefined;
  }

  /** Resolves when it was taken over; the other side may still have to hear it. */
  write(words: string | Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      process.stdout.write(words, () => resolve());
    });
  }

  /**
   * Says that nothing follows, hears the other side out for a moment, and ends the process. One that ends while something
   * is unread resets the connection, and what it had said last may be lost.
   */
  async end(): Promise<void> {
    setTimeout(() => process.exit(0), LINGER_MS);
    await new Promise<void>((resolve) => {
      process.stdout.end(() => resolve());
    });
    while ((await this.read()) !== undefined) continue;
    process.exit(0);
  }
}
