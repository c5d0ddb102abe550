/** A part of the text, by offsets. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Position {
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

export type Part = 'key' | 'value';

/** Where in the text each path stands. */
export class PlaceMap {
  readonly #lineStarts: readonly number[];
  readonly #spans = { key: new Map<string, Span>(), value: new Map<string, Span>() };
  readonly #textEnd: number;

  constructor(text: string) {
    this.#textEnd = text.length;
    this.#lineStarts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  }

  record(path: string, part: Part, span: Span): void {
    this.#spans[part].set(path, span);
  }

  /** Of a path that is not written, the key of the nearest one above it that is; an entry of a list has none. */
  locate(path: string, part: Part): Span {
    const keyOrEntry = path.endsWith(']') ? this.#spans.value.get(path) : this.#spans.key.get(path);
    const own = this.#spans[part].get(path) ?? keyOrEntry;
    if (own !== undefined) return own;
    if (path === '') return this.#spans.value.get('') ?? { start: 0, end: 0 };
    return this.locate(parentOf(path), 'key');
  }

  /** Ends with the line it begins on. */
  position({ start, end }: Span): Position {
    const line = this.#lineAt(start);
    const begin = this.#lineStarts[line] ?? 0;
    const lineEnd = (this.#lineStarts[line + 1] ?? this.#textEnd + 1) - 1;
    return { line: line + 1, column: start - begin + 1, length: Math.max(1, Math.min(end, lineEnd) - start) };
  }

  #lineAt(offset: number): number {
    let [low, high] = [0, this.#lineStarts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** `zones[1]` stands in `zones`, `nodes.worker` in `nodes`. */
function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('.'), path.lastIndexOf('[')));
}
