/**
 * As the protocol has them. It is not loaded for a few words: a process starts for every connection, and the protocol
 * brings what checks whole letters.
 */
const FROM_MACHINE: ReadonlySet<string> = new Set(['hello', 'failed', 'left']);
const FOR_MACHINE: ReadonlySet<string> = new Set(['welcome', 'leave']);
const STAGE = /^stage-\d{2}-[a-z][a-z-]{0,40}$/;
const NUMBERED = /^(?:renewal|update)-\d{2,4}$/;
const ANSWER = /^(renewed|refused|updated|halted)-(\d{2,4})$/;
const QUESTIONS: ReadonlyMap<string, string> = new Map([
  ['renewed', 'renewal'],
  ['refused', 'renewal'],
  ['updated', 'update'],
  ['halted', 'update'],
]);

/** What a machine may write into its own box; all else in it is the program's word. */
export function isFromMachine(name: string): boolean {
  return FROM_MACHINE.has(name) || STAGE.test(name) || ANSWER.test(name);
}

/** The letter of the program that one of a machine answers: unasked nobody leaves, or has anything renewed or updated. */
export function questionTo(name: string): string | undefined {
  const [, answer = '', number] = ANSWER.exec(name) ?? [];
  if (number !== undefined) return `${QUESTIONS.get(answer) ?? ''}-${number}`;
  return name === 'left' ? 'leave' : undefined;
}

/** What a machine may read in its own box. */
export function isForMachine(name: string): boolean {
  return FOR_MACHINE.has(name) || NUMBERED.test(name);
}
