/** One of the two ways out of the program. */
export interface Screen {
  readonly isTerminal: boolean;
  /** Of the terminal; of a terminal as people know it where there is none. */
  readonly columns: number;
  readonly rows: number;
  /** For a library that paints by itself. */
  readonly stream: NodeJS.WriteStream;
  write(text: string): void;
}

/** Another program, as it is started. */
export interface LentProgram {
  readonly program: string;
  readonly args: readonly string[];
  /** Beside what this process was given. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** The terminal, or whatever stands in its place, as a port. */
export interface Terminal {
  readonly arguments: readonly string[];
  readonly output: Screen;
  readonly errors: Screen;
  /** Whether somebody is there to answer. */
  readonly isInteractive: boolean;
  /** Aborts when nobody reads the output any more. */
  readonly unread: AbortSignal;
  /** One line of what is typed; undefined when there will be none. Rejects with the signal's reason. */
  readLine(question: string, signal: AbortSignal): Promise<string | undefined>;
  /** Hears every Ctrl-C and every polite request to end, until what it returns is called. */
  onInterrupt(heard: () => void): () => void;
  /** Lets another program have the terminal until it ends, and resolves with its exit code. The signal ends it. */
  lend(program: LentProgram, signal: AbortSignal): Promise<number>;
  exit(code: number): void;
}
