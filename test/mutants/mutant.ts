/** One way to break the product, and who has to notice. */
export interface Mutant {
  /** What it does wrong, in words. */
  readonly name: string;
  readonly file: string;
  /** Stands exactly once in the file; a mutant whose anchor is gone fails the script. */
  readonly anchor: string;
  readonly replacement: string;
  readonly killers: readonly Killer[];
}

/** A program that passes on the whole product and has to fail on the mutant; they are tried in turn. */
export type Killer =
  | { readonly by: 'simulation' }
  /** Test files, as vitest filters. */
  | { readonly by: 'tests'; readonly files: readonly string[] };

export const bySimulation: Killer = { by: 'simulation' };

export function byTests(...files: readonly string[]): Killer {
  return { by: 'tests', files };
}
