/** One way to break the product, and who has to notice. */
export interface Mutant {
  /** What it does wrong, in words. */
  readonly name: string;
  readonly file: string;
  /** Stands exactly once in the file; a mutant whose anchor is gone fails the script. */
  readonly anchor: string;
  readonly replacement: string;
  /** One is enough. Tests are tried before the simulation. */
  readonly killers: readonly Killer[];
}

/** A program that passes on the whole product and has to fail on the mutant. */
export type Killer = { readonly by: 'simulation' } | Tests;

export interface Tests {
  readonly by: 'tests';
  /** Test files, as vitest filters. */
  readonly files: readonly string[];
}

export const bySimulation: Killer = { by: 'simulation' };

export function byTests(...files: readonly string[]): Tests {
  return { by: 'tests', files };
}

export function testsOf({ killers }: Mutant): readonly Tests[] {
  return killers.filter((killer) => killer.by === 'tests');
}

export function isForSimulation({ killers }: Mutant): boolean {
  return killers.includes(bySimulation);
}
