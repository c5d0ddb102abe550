import type { Address } from './address.ts';
import { PROBLEM_CATALOGUE, type Blame, type ProblemCode } from './problem-catalogue.ts';

export interface ProblemDetails {
  /** The values of this case: what happened, where, why. Never a secret. */
  readonly detail: string;
  readonly address?: Address | undefined;
  /** Where more is known than the catalogue can say; it ends with a command as well. */
  readonly remedy?: string | undefined;
  readonly cause?: unknown;
}

/** Everything that goes wrong leaves the core as one of these. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly summary: string;
  readonly detail: string;
  /** What to do next; ends with a command on a line of its own. */
  readonly remedy: string;
  readonly blame: Blame;
  readonly address: Address | undefined;

  constructor(code: ProblemCode, { detail, address, remedy, cause }: ProblemDetails) {
    const entry = PROBLEM_CATALOGUE[code];
    super(`${entry.summary}: ${detail}`, { cause });
    this.code = code;
    this.summary = entry.summary;
    this.detail = detail;
    this.remedy = remedy ?? entry.remedy;
    this.blame = entry.blame;
    this.address = address;
  }

  toJSON(): object {
    const { code, summary, detail, remedy, blame, address } = this;
    return { code, summary, detail, remedy, blame, ...(address === undefined ? {} : { address }) };
  }
}

export function problem(code: ProblemCode, details: ProblemDetails): Problem {
  return new Problem(code, details);
}

export function isProblem(error: unknown, code?: ProblemCode): error is Problem {
  return error instanceof Problem && (code === undefined || error.code === code);
}

/** Whatever was thrown, as a Problem: what we did not foresee is our own fault and says so. */
export function asProblem(error: unknown, address?: Address): Problem {
  if (error instanceof Problem) return error;
  const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new Problem('internal', { detail, address, cause: error });
}
