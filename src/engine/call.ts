/**
 * What a provider's session reports when a request did not simply succeed.
 *
 * | outcome   | was it executed?        | what the engine does                       |
 * |-----------|-------------------------|--------------------------------------------|
 * | rejected  | no, and will not be     | reacts to `reason`, else fails             |
 * | throttled | no                      | waits, sends again                         |
 * | not-yet   | no: a dependency is not visible yet | waits, sends again, until a deadline |
 * | ambiguous | perhaps, now or later   | looks before it sends again                |
 */
export type CallOutcome = 'rejected' | 'throttled' | 'not-yet' | 'ambiguous';

export type RejectionReason =
  | 'exists'
  | 'absent'
  | 'token-mismatch'
  | 'token-spent'
  | 'capacity'
  | 'quota'
  | 'dependency'
  | 'denied'
  | 'credentials'
  | 'invalid';

export interface CallErrorDetails {
  readonly outcome: CallOutcome;
  readonly reason?: RejectionReason;
  /** The service's own words, without secrets. */
  readonly message: string;
  /** What to do about just this, in place of what the catalogue says for its reason. */
  readonly remedy?: string | undefined;
  readonly cause?: unknown;
}

/** Thrown by provider sessions; nothing else may decide whether a call was executed. */
export class CallError extends Error {
  override readonly name = 'CallError';
  readonly outcome: CallOutcome;
  readonly reason: RejectionReason | undefined;
  readonly remedy: string | undefined;

  constructor({ outcome, reason, message, remedy, cause }: CallErrorDetails) {
    super(message, { cause });
    this.outcome = outcome;
    this.reason = reason;
    this.remedy = remedy;
  }
}

export function isAmbiguous(error: unknown): boolean {
  return error instanceof CallError && error.outcome === 'ambiguous';
}

export function isRejected(error: unknown, reason: RejectionReason): boolean {
  return error instanceof CallError && error.outcome === 'rejected' && error.reason === reason;
}
