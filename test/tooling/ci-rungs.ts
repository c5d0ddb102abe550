/** How a rung tells how many of its checks passed. */
export type Verdict =
  /** One check: the exit code. */
  | 'exit'
  /** The JSON report of vitest. */
  | 'vitest'
  /** A last line `N passed, N failed`. */
  | 'last-line';

export interface Rung {
  /** On the ladder: 0 reads the code, 1 runs it simulated, 2 against emulators of others, 3 as processes, 4 on machines. */
  readonly rung: number;
  readonly name: string;
  readonly script: string;
  readonly options: readonly string[];
  /** The package whose version is reported; `node` for a script of ours. */
  readonly program: string;
  readonly verdict: Verdict;
  readonly minutesMax: number;
}

/** What depends on the time that others take is tried once more; the report names what needed it. */
const AGAIN = ['--retry=1'];

/** Where somebody has put the programs of Kubernetes: no machine that tests reaches their makers. */
const KUBERNETES = process.env['BOOTSTRAP_KUBERNETES'];

/** Machines that become nodes of it. */
const kubernetes: Rung = {
  rung: 4,
  name: 'kubernetes',
  script: 'test:kubernetes',
  options: [],
  program: 'vitest',
  verdict: 'vitest',
  minutesMax: 120,
};

/** What is said loudly, for nobody sees it from what ran. */
export const notRun: readonly string[] =
  KUBERNETES === undefined
    ? [
        'NOT RUN: kubernetes. BOOTSTRAP_KUBERNETES names no folder with its programs, so no machine became a node of it.',
      ]
    : [];

/** What CI runs, in this order; each one runs whatever became of the others. */
export const rungs: readonly Rung[] = [
  reading('format', 'check:format', 'oxfmt'),
  reading('lint', 'check:lint', 'oxlint'),
  reading('types', 'check:types', 'typescript'),
  reading('unused', 'check:unused', 'knip'),
  { rung: 1, name: 'tests', script: 'test', options: AGAIN, program: 'vitest', verdict: 'vitest', minutesMax: 20 },
  // All together at most seven minutes, however slow a machine is; by hand each runs to its end.
  simulated('simulation', ['--long', '--seconds', '120']),
  { ...simulated('simulation', ['--cluster', '--long', '--seconds', '180']), name: 'cluster-simulation' },
  { ...simulated('simulation', ['--members', '--long', '--seconds', '120']), name: 'member-simulation' },
  // All of them take twenty minutes where everything is slow: every commit has its turn at a part.
  simulated('mutants', ['--part']),
  { rung: 2, name: 'moto', script: 'test:moto', options: AGAIN, program: 'vitest', verdict: 'vitest', minutesMax: 20 },
  {
    rung: 3,
    name: 'processes',
    script: 'test:processes',
    options: AGAIN,
    program: 'vitest',
    verdict: 'vitest',
    minutesMax: 20,
  },
  { rung: 3, name: 's3', script: 'test:s3', options: AGAIN, program: 'vitest', verdict: 'vitest', minutesMax: 20 },
  simulated('bench', []),
  {
    rung: 4,
    name: 'machines',
    script: 'test:machines',
    options: AGAIN,
    program: 'vitest',
    verdict: 'vitest',
    minutesMax: 45,
  },
  ...(KUBERNETES === undefined ? [] : [kubernetes]),
];

function reading(name: string, script: string, program: string): Rung {
  return { rung: 0, name, script, options: [], program, verdict: 'exit', minutesMax: 5 };
}

function simulated(script: string, options: readonly string[]): Rung {
  return { rung: 1, name: script, script, options, program: 'node', verdict: 'last-line', minutesMax: 30 };
}
