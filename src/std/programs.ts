/** A process of this machine, told from a later one that gets its number by when it started. */
export interface RunningProgram {
  readonly pid: number;
  /** As the system says it: only to be compared. */
  readonly start: string;
  /** Its program and arguments; where the system has only one line for them, they are split at its spaces. */
  readonly command: readonly string[];
}

export interface EndedProgram {
  /** Undefined: a signal ended it, or its time was up. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string | undefined;
  /** Instead: a file that it reads byte by byte. */
  readonly inputFile?: string | undefined;
  /** Beside what this process was given. */
  readonly variables?: Readonly<Record<string, string>> | undefined;
  readonly directory?: string | undefined;
  /** When it fires, the program is ended, with all that it has started. */
  readonly signal?: AbortSignal | undefined;
  /** A new file, for its owner alone, that takes what it says byte by byte: nothing of that is in the answer then. */
  readonly output?: string | undefined;
  /** Hears what it says while it runs, in pieces as they come. */
  readonly hear?: ((text: string) => void) | undefined;
}

export interface LaunchOptions {
  /** The file that what it says is added to. */
  readonly output: string;
  readonly variables?: Readonly<Record<string, string>> | undefined;
}

/**
 * Other programs of this machine, as a port. None is ever run through a shell. One that cannot be started fails with the
 * code of the system, such as ENOENT.
 */
export interface Programs {
  /** Along the search path; undefined: it is not installed. */
  find(name: string): Promise<string | undefined>;
  /** To its end, in a process group of its own. One that ends badly is an answer. */
  run(program: string, args: readonly string[], options?: RunOptions): Promise<EndedProgram>;
  /**
   * Outlives this process, and has neither its terminal nor its signals nor its directory, but `/`. One that has ended at
   * once has no start.
   */
  launch(program: string, args: readonly string[], options: LaunchOptions): Promise<RunningProgram>;
  /** Undefined: there is no such process, or only a dead one that nobody has collected. */
  look(pid: number): Promise<RunningProgram | undefined>;
  /** All of this user. */
  list(): Promise<readonly RunningProgram[]>;
  /** Sent only to this very process; one that is gone is no error. */
  signal(program: Pick<RunningProgram, 'pid' | 'start'>, signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}
