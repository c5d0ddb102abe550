import { CallError } from '#engine/call.ts';
import type { ResourceContext } from '#engine/resource.ts';
import { FileError } from '#std/files.ts';

/** The one budget of this provider: a workstation does not count requests, and is not to be asked for everything at once. */
export const BUDGET = 'local';

/** Changes something on the workstation, under the lease of the run. */
export function doing<T>(
  context: Pick<ResourceContext, 'mutate'>,
  purpose: string,
  act: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return context.mutate({ budget: BUDGET, purpose }, (signal) => judged(() => act(signal)));
}

export function looking<T>(
  context: Pick<ResourceContext, 'read'>,
  purpose: string,
  look: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return context.read({ budget: BUDGET, purpose }, (signal) => judged(() => look(signal)));
}

export { unlessAbsent } from '#std/files.ts';

async function judged<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw error instanceof FileError ? callErrorOf(error) : error;
  }
}

/** Everything here is done again from the beginning without harm, so a disk that failed halfway is asked again. */
function callErrorOf(cause: FileError): CallError {
  const { code, message } = cause;
  switch (code) {
    case 'full':
      return new CallError({ outcome: 'rejected', reason: 'quota', message, cause });
    case 'denied':
      return new CallError({ outcome: 'rejected', reason: 'denied', message, cause });
    case 'exists':
      return new CallError({ outcome: 'rejected', reason: 'exists', message, cause });
    case 'absent':
    case 'io':
      return new CallError({ outcome: 'ambiguous', message, cause });
  }
}
