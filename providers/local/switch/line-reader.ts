/** Finds the lines in a stream of text, wherever its pieces begin and end. */
export class LineReader {
  readonly #lengthMax: number;
  readonly #decoder = new TextDecoder();
  #rest = '';

  constructor(lengthMax: number) {
    this.#lengthMax = lengthMax;
  }

  /** Undefined: a line is longer than lines may be. */
  push(piece: Uint8Array): readonly string[] | undefined {
    const lines = `${this.#rest}${this.#decoder.decode(piece, { stream: true })}`.split('\n');
    this.#rest = lines.pop() ?? '';
    return this.#rest.length > this.#lengthMax ? undefined : lines;
  }
}
