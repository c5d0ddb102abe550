import { afterEach, beforeEach } from 'vitest';

/** Loaded before a test file: what follows the first failure of the file is passed over, for one is enough. */
let hasFailed = false;

beforeEach(({ skip }) => {
  if (hasFailed) skip();
});

afterEach(({ task }) => {
  if (task.result?.state === 'fail') hasFailed = true;
});
