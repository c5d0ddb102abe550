import { defineConfig } from 'vitest/config';
import { repository } from './repository.ts';

// `source` leads the `#…` imports to src, so that nothing needs building; the others are what a server resolves by.
// Not `module`: what packages keep there for bundlers, Node cannot always load.
const conditions = ['source', 'node', 'development|production'];

/** What works with the clock, and so takes longer than all the rest. */
const slow = ['test/processes/**/*.test.ts', 'test/app/crash.test.ts'];

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
        test: { name: 'house', include: ['test/**/*.test.ts'], exclude: slow },
      },
      {
        extends: true,
        test: {
          name: 'processes',
          include: slow,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
