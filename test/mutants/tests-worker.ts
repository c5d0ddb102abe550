import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WarmTests } from './warm-tests.ts';
import { broke, question } from './verdict.ts';

/** Judges the product in its working directory again and again, until nobody is there to ask. */
const warm = WarmTests.start(process.cwd(), join(tmpdir(), 'vitest'));

process.on('message', (message) => {
  void warm
    .then((tests) => tests.judge(question.parse(message).filters))
    .catch((error: unknown) => broke(error instanceof Error ? (error.stack ?? error.message) : String(error)))
    .then((verdict) => process.send?.(verdict));
});
// With its workers, whatever they are at: it leads a group of its own.
process.on('disconnect', () => process.kill(-process.pid, 'SIGKILL'));
