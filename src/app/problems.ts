import { asProblem as ofEngine, problem, type Problem } from '#engine/problem.ts';
import { FileError } from '#std/files.ts';

/** Whatever was thrown, as a Problem: a disk that refuses is nobody's defect. */
export function asProblem(error: unknown): Problem {
  if (!(error instanceof FileError)) return ofEngine(error);
  return problem('workstation.unusable', { detail: `${error.message}.`, cause: error });
}
