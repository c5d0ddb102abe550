import { CallError, isAmbiguous, isRejected } from './call.ts';
import type { Listed } from './resource.ts';
import { parseAddress, parseInstanceId } from './address.ts';
import type { Work } from './work.ts';

/** Where calls on behalf of no declared resource are booked. */
export const STRAY = { address: parseAddress('stray'), instanceId: parseInstanceId('straystraystray') };

/** Destroys an object with our mark that no record knows: the late fruit of a request that was given up. */
export async function destroyStray(work: Work, kind: string, { owner, outputs }: Listed<unknown>): Promise<void> {
  const { address } = STRAY;
  const type = work.typeOf(kind, address);
  const id = type.idOf(outputs);
  await work.journal.append({ type: 'stray', kind, instanceId: owner.instanceId, id });
  try {
    await type.destroy(
      work.runtime.provider.session,
      work.contextOf({ address, instanceId: owner.instanceId }),
      outputs,
    );
  } catch (error) {
    if (!(error instanceof CallError) || !(isRejected(error, 'absent') || isAmbiguous(error))) throw error;
  }
  work.runtime.emit({ type: 'stray-destroyed', kind, id });
}
