import { defineConfig } from 'vitest/config';
import { repository } from './repository.ts';

// `source` leads the `#…` imports to src, so that nothing needs building; the others are what a server resolves by.
// Not `module`: what packages keep there for bundlers, Node cannot always load.
const conditions = ['source', 'node', 'development|production'];

/** What works with the clock, and so takes longer than all the rest. */
const slow = ['test/processes/**/*.test.ts', 'test/app/crash.test.ts', 'test/app/rotate-crash.test.ts'];

/** What the programs of Kubernetes judge, which no registry that tests reach has: who has them names their folder. */
const orchestrated = ['test/processes/kubernetes*/**/*.test.ts'];
const lacksKubernetes = process.env['BOOTSTRAP_KUBERNETES'] === undefined;

/** What the emulator moto judges: in its own folder, or by its name beside what it belongs to. */
const emulated = ['test/moto/**/*.test.ts', 'test/**/*.moto.test.ts'];

/** What real S3 servers judge. */
const stored = ['test/s3/**/*.test.ts'];

/** What happens on real machines. */
const booted = ['test/machines/**/*.test.ts'];

/** And there with programs that somebody has brought. */
const brought = ['test/e2e/**/*.test.ts'];

export default defineConfig({
  root: repository,
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    // One for each core, also where there are but two: much of the work is waiting.
    maxWorkers: '100%',
    projects: [
      {
        extends: true,
        test: {
          name: 'house',
          include: ['test/**/*.test.ts'],
          exclude: [...slow, ...emulated, ...stored, ...booted, ...brought],
          // Files share what they import, for no module remembers anything: to load the house for each of them anew took longer
          // than most of their tests.
          isolate: false,
          // Most take milliseconds; so long what reads the whole house may take on a machine that has other work.
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'processes',
          include: slow,
          exclude: lacksKubernetes ? orchestrated : [],
          globalSetup: 'test/processes/say-what-is-not-judged.ts',
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'moto',
          include: emulated,
          globalSetup: 'test/moto/install-moto.ts',
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 's3',
          include: stored,
          globalSetup: 'test/s3/install.ts',
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'machines',
          include: booted,
          globalSetup: 'test/machines/install.ts',
          // One after the other: they share what processors there are.
          fileParallelism: false,
          testTimeout: 900_000,
          hookTimeout: 600_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'kubernetes',
          include: brought,
          globalSetup: 'test/e2e/install.ts',
          fileParallelism: false,
          testTimeout: 1_800_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
