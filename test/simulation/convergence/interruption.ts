/** How an operator's work ends before it is done. */
export type Interruption = 'stop' | 'abort' | 'crash' | 'freeze';

/** Each with what it means, for the titles. */
export const INTERRUPTIONS: ReadonlyMap<Interruption, string> = new Map([
  ['stop', 'asked to stop: what is under way settles, nothing else starts'],
  ['abort', 'made to leave at once'],
  ['crash', 'killed'],
  ['freeze', 'frozen: it wakes up when another has long taken over'],
]);
