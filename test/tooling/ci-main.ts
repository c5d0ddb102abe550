import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { countChecks, type Outcome } from './ci-counts.ts';
import { notableIn } from './ci-notable.ts';
import { makeReport, printReport, type RungRecord } from './ci-report.ts';
import { notRun, type Rung, rungs } from './ci-rungs.ts';
import { repository } from './repository.ts';

const folder = mkdtempSync(join(tmpdir(), 'house-ci-'));
const records: RungRecord[] = [];
for (const rung of rungs) {
  console.log(`\n── rung ${rung.rung}: ${rung.name}`);
  records.push(await climb(rung));
}
rmSync(folder, { recursive: true });
for (const line of notRun) console.log(`\n!! ${line}`);
const report = makeReport(records);
writeFileSync(join(repository, 'ci-report.json'), `${JSON.stringify(report, undefined, 2)}\n`);
console.log(`\n${printReport(report)}`);
process.exitCode = report.failed === 0 ? 0 : 1;

async function climb(rung: Rung): Promise<RungRecord> {
  const { name, program, verdict } = rung;
  const reportPath = join(folder, `${name}.json`);
  // What takes half an hour is told while it happens.
  const manner = rung.minutesMax > 20 ? 'verbose' : 'default';
  const reporters = [`--reporter=${manner}`, '--reporter=json', `--outputFile.json=${reportPath}`];
  const command = ['node', '--run', rung.script, ...(rung.options.length === 0 ? [] : ['--', ...rung.options])];
  const args = ['--run', rung.script, '--', ...rung.options];
  const start = performance.now();
  const ended = await run(verdict === 'vitest' ? [...args, ...reporters] : args, rung.minutesMax);
  const seconds = (performance.now() - start) / 1000;
  const outcome = { ...ended, report: existsSync(reportPath) ? readFileSync(reportPath, 'utf8') : undefined };
  return {
    rung: rung.rung,
    name,
    command: command.join(' '),
    program,
    version: versionOf(program),
    seconds,
    ...countChecks(verdict, outcome),
    notable: notableIn(verdict, outcome),
  };
}

/**
 * Runs a script of package.json, showing what it prints while it prints it. What takes too long is ended together with
 * its children. Not through npm: a distribution's npm runs under that distribution's own Node alone.
 */
async function run(args: readonly string[], minutesMax: number): Promise<Omit<Outcome, 'report'>> {
  const child = spawn(process.execPath, args, {
    cwd: repository,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const deadline = setTimeout(() => {
    console.error(`still running after ${minutesMax} minutes, ending it`);
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  }, minutesMax * 60_000);
  let output = '';
  let complaints = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    process.stdout.write(text);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints += text;
    process.stderr.write(text);
  });
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  child.on('error', reject).on('close', (code) => resolve(code ?? 1));
  try {
    return { exitCode: await promise, output, complaints };
  } finally {
    clearTimeout(deadline);
  }
}

function versionOf(program: string): string {
  if (program === 'node') return process.versions.node;
  const manifest = readFileSync(join(repository, 'node_modules', program, 'package.json'), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(manifest)).version;
}
