import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { repository } from '../tooling/repository.ts';
import { type Figure, median } from './figure.ts';

const GOAL_MS = 100;
const ROUNDS = 15;

/** How long the built program takes to show its help, as a whole process, beside Node that does nothing. */
export function startFigures(): readonly Figure[] {
  const main = join(repository, 'dist', 'src', 'cli', 'main.js');
  const help = times([main, '--help']);
  const bare = times(['--eval', '']);
  const note = `fastest ${Math.min(...help).toFixed(0)} ms; Node alone ${median(bare).toFixed(0)} ms`;
  return [{ name: 'bootstrap --help', value: median(help), unit: 'ms', goal: GOAL_MS, note }];
}

function times(args: readonly string[]): readonly number[] {
  return Array.from({ length: ROUNDS }, () => {
    const startMs = performance.now();
    execFileSync(process.execPath, args, { stdio: 'ignore' });
    return performance.now() - startMs;
  });
}
