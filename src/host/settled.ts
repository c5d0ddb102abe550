import { type InstanceId, isInstanceId } from '#engine/address.ts';
import type { BoxContents } from './mailbox.ts';

/** The name of a letter goes on with the incarnation that is ready. */
const SETTLED = 'settled-';

export function settledLetter(instanceId: InstanceId): string {
  return `${SETTLED}${instanceId}`;
}

export function isSettled(letter: string): boolean {
  return letter.startsWith(SETTLED);
}

/** Whose node the machine of a box has become; undefined: it has not come that far. */
export function settledAs({ letters }: Pick<BoxContents, 'letters'>): InstanceId | undefined {
  const instanceId = letters.find(isSettled)?.slice(SETTLED.length);
  return instanceId !== undefined && isInstanceId(instanceId) ? instanceId : undefined;
}
