/**
 * As the protocol has them. It is not loaded for three words: a process starts for every connection, and the protocol
 * brings what checks whole letters.
 */
const HELLO = 'hello';
const FAILED = 'failed';
const WELCOME = 'welcome';
const STAGE = /^stage-\d{2}-[a-z][a-z-]{0,40}$/;

/** What a machine may write into its own box; all else in it is the program's word. */
export function isFromMachine(name: string): boolean {
  return name === HELLO || name === FAILED || STAGE.test(name);
}

/** What a machine may read in its own box. */
export function isForMachine(name: string): boolean {
  return name === WELCOME;
}
