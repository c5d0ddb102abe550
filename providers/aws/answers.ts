import { CallError, isRejected, type RejectionReason } from '#engine/call.ts';
import { problem } from '#engine/problem.ts';

/** A part of an answer that the service always gives, although its types leave it open. */
export function answered<Value>(value: Value | undefined, name: string): Value {
  if (value !== undefined) return value;
  throw problem('resource.outputs-invalid', { detail: `AWS answered without ${name}.` });
}

/** Undefined: there is no such thing (any more, or yet). */
export function unlessAbsent<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  return unless('absent', answer);
}

/** Undefined: there was one already. */
export function unlessExists<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  return unless('exists', answer);
}

async function unless<Answer>(reason: RejectionReason, answer: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isRejected(error, reason)) return undefined;
    throw error;
  }
}

/** The service has said no, whatever its reason. */
export function wasRefused(error: unknown): boolean {
  return error instanceof CallError && error.outcome === 'rejected';
}
