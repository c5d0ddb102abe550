import { Socket } from 'node:net';
import type { LentProgram, Screen, Terminal } from '#std/terminal.ts';

/** Typed in the place of an answer. */
export const CTRL_C = Symbol('Ctrl-C');

export interface Script {
  readonly arguments: readonly string[];
  /** What is typed, line by line; after the last one the input ends. */
  readonly answers?: readonly (string | typeof CTRL_C)[];
  readonly isTerminal?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  /** How a program ends that is given the terminal. */
  readonly lentCode?: number;
}

/** A terminal with a script in the place of a person. */
export class ScriptedTerminal implements Terminal {
  readonly arguments: readonly string[];
  readonly output: ScriptedScreen;
  readonly errors: ScriptedScreen;
  readonly isInteractive: boolean;
  readonly exits: number[] = [];
  /** Programs that were given the terminal, with their arguments. */
  readonly lent: (readonly string[])[] = [];
  /** What each of them was given to know beside. */
  readonly lentVariables: Readonly<Record<string, string>>[] = [];
  readonly #lentCode: number;
  readonly #unread = new AbortController();
  readonly #answers: (string | typeof CTRL_C)[];
  readonly #heard = new Set<() => void>();

  constructor({ arguments: words, answers = [], isTerminal = false, columns = 80, rows = 24, lentCode = 0 }: Script) {
    this.#lentCode = lentCode;
    this.arguments = words;
    this.#answers = [...answers];
    this.isInteractive = isTerminal;
    this.output = new ScriptedScreen(isTerminal, columns, rows);
    this.errors = new ScriptedScreen(isTerminal, columns, rows);
  }

  get unread(): AbortSignal {
    return this.#unread.signal;
  }

  /** Whoever read the output has left. */
  stopReading(): void {
    this.#unread.abort();
  }

  readLine(question: string, signal: AbortSignal): Promise<string | undefined> {
    this.output.write(question);
    const answer = this.#answers.shift();
    if (answer === CTRL_C) this.interrupt();
    if (signal.aborted) {
      this.output.write('\n');
      return Promise.reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    }
    this.output.write(typeof answer === 'string' ? `${answer}\n` : '\n');
    return Promise.resolve(typeof answer === 'string' ? answer : undefined);
  }

  onInterrupt(heard: () => void): () => void {
    this.#heard.add(heard);
    return () => this.#heard.delete(heard);
  }

  interrupt(): void {
    for (const heard of this.#heard) heard();
  }

  lend({ program, args, variables }: LentProgram): Promise<number> {
    this.lent.push([program, ...args]);
    this.lentVariables.push(variables ?? {});
    return Promise.resolve(this.#lentCode);
  }

  exit(code: number): void {
    this.exits.push(code);
  }
}

class ScriptedScreen implements Screen {
  text = '';
  readonly stream;
  readonly isTerminal: boolean;
  readonly columns: number;
  readonly rows: number;

  constructor(isTerminal: boolean, columns: number, rows: number) {
    this.isTerminal = isTerminal;
    this.columns = columns;
    this.rows = rows;
    this.stream = streamInto((text) => this.write(text), { isTerminal, columns, rows });
  }

  write(text: string): void {
    this.text += text;
  }
}

/** What a painting library takes for a terminal's stream. */
function streamInto(
  write: (text: string) => void,
  { isTerminal, columns, rows }: Pick<Screen, 'isTerminal' | 'columns' | 'rows'>,
) {
  const done = (): boolean => true;
  return Object.assign(new Socket(), {
    isTTY: isTerminal,
    columns,
    rows,
    clearLine: done,
    clearScreenDown: done,
    cursorTo: done,
    moveCursor: done,
    getColorDepth: (): number => 1,
    hasColors: (): boolean => false,
    getWindowSize: (): [number, number] => [columns, rows],
    write: (chunk: Uint8Array | string): boolean => {
      write(String(chunk));
      return true;
    },
  });
}
