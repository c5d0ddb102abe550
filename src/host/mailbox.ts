import type { ResourceContext } from '#engine/resource.ts';

/**
 * Where a machine and the program leave letters for each other. A box belongs to one machine for its whole life; a letter
 * is written once and never changed. The names alone tell how far a node has come:
 *
 * | letter             | from    | says                                   |
 * |--------------------|---------|----------------------------------------|
 * | `hello`            | machine | it has booted; the public halves of its keys |
 * | `welcome`          | program | who it is, and what it needs to become it |
 * | `stage-03-overlay` | machine | the third stage is done                 |
 * | `failed`           | machine | a stage failed; the log's last lines    |
 * | `given-up`         | program | it was awaited in vain                  |
 * | `settled-…`        | program | which incarnation is ready              |
 * | `renewal-02`       | program | its certificates have changed, for the second time |
 * | `renewed-02`       | machine | it has taken them                      |
 * | `refused-02`       | machine | it has not, and keeps those it has     |
 * | `update-03`        | program | what it is to run from now on, for the third time |
 * | `updated-03`       | machine | all of it runs                          |
 * | `halted-03`        | machine | it does not; where, and the log's last lines |
 * | `leave`            | program | it is to leave what it is a member of   |
 * | `left`             | machine | it has left                             |
 */
export interface Mailbox {
  look(context: Reading, box: string): Promise<BoxContents>;
  /** Undefined: there is no such letter (any more). */
  read(context: Reading, box: string, letter: string): Promise<string | undefined>;
  /** Fails with a CallError `exists` when the letter is there already. */
  write(context: Writing, box: string, letter: Letter): Promise<void>;
  /** Takes letters out; those that are not there are no error. */
  remove(context: Writing, box: string, letters: readonly string[]): Promise<void>;
}

export interface BoxContents {
  /** Sorted. */
  readonly letters: readonly string[];
  /** Whether the provider still has the machine. */
  readonly machine: 'there' | 'gone';
}

export interface Letter {
  readonly name: string;
  readonly body: string;
}

/** Each cluster has its own boxes. */
type Reading = Pick<ResourceContext, 'cluster' | 'signal' | 'read'>;
type Writing = Pick<ResourceContext, 'cluster' | 'signal' | 'read' | 'mutate'>;
