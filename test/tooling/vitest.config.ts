import { defineConfig } from 'vitest/config';
import { repository } from './repository.ts';

// `source` leads the `#…` imports to src, so that nothing needs building; the others are what a server resolves by.
// Not `module`: what packages keep there for bundlers, Node cannot always load.
const conditions = ['source', 'node', 'development|production'];

export default defineConfig({
  root: repository,
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    projects: [
      {
        extends: true,
        test: { name: 'house', include: ['test/**/*.test.ts'], exclude: ['test/processes/**'] },
      },
      {
        extends: true,
        test: {
          name: 'processes',
          include: ['test/processes/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
