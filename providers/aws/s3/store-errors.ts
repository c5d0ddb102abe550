import { CallError } from '#engine/call.ts';
import { StoreError, type StoreOutcome } from '#state/object-store.ts';
import { callErrorOf } from '../problems.ts';

/**
 * What S3 answered, as a store says it.
 *
 * | S3 says                                    | outcome      | because                                                  |
 * |--------------------------------------------|--------------|----------------------------------------------------------|
 * | 412                                        | precondition | the condition did not hold                               |
 * | 409                                        | conflict     | another write was under way at the same time             |
 * | 503, too many requests, never reached      | unavailable  | it was not executed                                      |
 * | no such bucket                             | unavailable  | a young bucket is not known everywhere, and no bucket is not "no state" |
 * | no such KMS key                            | unavailable  | neither is a young key                                   |
 * | timeout, reset, any other server error     | ambiguous    | it may have been executed                                |
 * | 401, 403, and whatever else it refuses     | denied       | also for a key that is not there, who may not list is told 403 |
 * | no such key                                | denied       | for whoever does not expect it; readers and removers do  |
 *
 * What is no answer at all, but a defect of our own, is given back as it is.
 */
export function storeErrorOf(thrown: unknown): unknown {
  if (!(thrown instanceof Error) || thrown instanceof StoreError) return thrown;
  const outcome = OUTCOMES.get(thrown.name) ?? outcomeOf(callErrorOf(thrown));
  return outcome === undefined ? thrown : new StoreError(outcome, `${thrown.name}: ${thrown.message}`, thrown);
}

/** Where a store tells apart what for every other request is the same. */
const OUTCOMES: ReadonlyMap<string, StoreOutcome> = new Map([
  ['PreconditionFailed', 'precondition'],
  ['ConditionalRequestConflict', 'conflict'],
  ['OperationAborted', 'conflict'],
  ['ConcurrentModification', 'conflict'],
  ['ServiceUnavailable', 'unavailable'],
  ['NoSuchBucket', 'unavailable'],
  ['KMS.NotFoundException', 'unavailable'],
]);

function outcomeOf(error: unknown): StoreOutcome | undefined {
  if (!(error instanceof CallError)) return undefined;
  switch (error.outcome) {
    case 'throttled':
    case 'not-yet':
      return 'unavailable';
    case 'ambiguous':
      return 'ambiguous';
    case 'rejected':
      return 'denied';
  }
}
