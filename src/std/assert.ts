/** A broken invariant is our own bug: it stops the process from doing harm and says what did not hold. */
export class AssertionFailed extends Error {
  override readonly name = 'AssertionFailed';
}

export function assert(condition: boolean, sentence: string): asserts condition {
  if (!condition) throw new AssertionFailed(sentence);
}

export function assertNever(value: never): never {
  throw new AssertionFailed(`This case was thought impossible: ${JSON.stringify(value)}`);
}
