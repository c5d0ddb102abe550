import type { Address } from './address.ts';
import { CallError, type RejectionReason } from './call.ts';
import { problem, type Problem } from './problem.ts';
import type { ProblemCode } from './problem-catalogue.ts';

/** A definitive refusal in the words of the catalogue. */
export function refusalProblem(error: unknown, address?: Address): Problem | undefined {
  if (!(error instanceof CallError)) return undefined;
  const { message: detail, remedy } = error;
  return problem(refusalCode(error), { address, detail, remedy, cause: error });
}

function refusalCode({ outcome, reason }: CallError): ProblemCode {
  if (outcome !== 'rejected') return 'call.unanswered';
  return (reason === undefined ? undefined : REFUSAL_CODES.get(reason)) ?? 'call.rejected';
}

const REFUSAL_CODES: ReadonlyMap<RejectionReason, ProblemCode> = new Map([
  ['quota', 'call.quota'],
  ['capacity', 'call.capacity'],
  ['denied', 'call.denied'],
  ['credentials', 'call.credentials'],
  ['dependency', 'call.blocked'],
]);
