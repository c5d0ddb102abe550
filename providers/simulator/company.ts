import type { Instance } from './ec2/instance.ts';
import type { MachineLetter } from './machine-life.ts';

/**
 * What machines that wait for one another write, out of what each would write in its own time. Whoever brings such a company
 * brings its time as well; by itself an account has none, and each machine lives for itself alone.
 */
export type Company = (machine: Instance, letters: readonly MachineLetter[]) => readonly MachineLetter[];
