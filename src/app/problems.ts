/** For whoever stands outside and has to tell what went wrong. */
export { asProblem } from '#engine/problem.ts';
