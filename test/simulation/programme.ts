import { Crew } from './crew.ts';
import { addResults, type Job, type JobResult, NOTHING_DONE, scenariosOf } from './jobs.ts';
import type { Blow } from './process.ts';
import { formatScenario } from './scenario.ts';
import { OPERATIONS, TOPOLOGIES } from './topologies.ts';

/** A frozen process is not dead, so it makes no difference where its successor runs. */
const SCANS: readonly { readonly blow: Blow; readonly sameHost: boolean }[] = [
  { blow: 'crash', sameHost: true },
  { blow: 'crash', sameHost: false },
  { blow: 'freeze', sameHost: false },
];
const SCAN_CHUNK = 50;
const RANDOM_CHUNK = 50;
const FIRST_RANDOM_SEED = 1_000_000;
const DETERMINISM_CHUNK = 25;

export interface ProgrammeOptions {
  /** Seeds of the exhaustive scans; each half-step of each operation is struck once per seed. */
  readonly scanSeeds: readonly number[];
  /** Strikes only every so-manieth half-step. */
  readonly scanStride: number;
  readonly randomRuns: number;
  readonly firstRandomSeed?: number;
  /** Runs made twice, in two workers. */
  readonly determinismRuns: number;
  /** Stops handing out work after this long. */
  readonly secondsMax?: number;
  readonly untilViolation?: boolean;
  readonly onProgress?: (sum: JobResult) => void;
}

export interface ProgrammeResult extends JobResult {
  readonly wallMs: number;
  readonly workers: number;
  /** Half-steps that a crash and a freeze have been tried at. */
  readonly covered: number;
  /** Scenarios that went differently the second time. */
  readonly unlike: readonly string[];
}

/** Everything the simulation does: scans, random runs, and the proof that a seed replays. */
export async function carryOutProgramme(options: ProgrammeOptions): Promise<ProgrammeResult> {
  const startedMs = performance.now();
  await using crew = new Crew();
  let sum = NOTHING_DONE;
  const isOver = (): boolean => {
    const tooLong = options.secondsMax !== undefined && performance.now() - startedMs > options.secondsMax * 1000;
    return tooLong || (options.untilViolation === true && sum.failures.length > 0);
  };
  const take = (result: JobResult): boolean => {
    sum = addResults(sum, result);
    options.onProgress?.(sum);
    return !isOver();
  };
  const unlike = await findUnlike(crew, options.determinismRuns);
  const scans: Job[] = [];
  let covered = 0;
  await crew.work(peaceJobs(options.scanSeeds), (job, result) => {
    covered += result.halfSteps;
    scans.push(...scanJobs(job, result.halfSteps, options.scanStride));
    return take(result);
  });
  // Mixed, so that a violation of any kind shows early.
  const jobs = interleave(scans.toSorted(byFirst), [...randomJobs(options)]);
  await crew.work(jobs, (_job, result) => take(result));
  return { ...sum, wallMs: performance.now() - startedMs, workers: crew.size, covered, unlike };
}

function* peaceJobs(seeds: readonly number[]): Generator<Job> {
  for (const seed of seeds) {
    for (const topology of TOPOLOGIES.keys()) {
      for (const operation of OPERATIONS) yield { type: 'peace', seed, topology, operation };
    }
  }
}

function scanJobs(peace: Job, halfSteps: number, stride: number): readonly Job[] {
  if (peace.type !== 'peace') return [];
  const { seed, topology, operation } = peace;
  const jobs: Job[] = [];
  for (const { blow, sameHost } of SCANS) {
    for (let first = 0; first < halfSteps; first += SCAN_CHUNK * stride) {
      const count = Math.min(SCAN_CHUNK, Math.ceil((halfSteps - first) / stride));
      jobs.push({ type: 'scan', seed, topology, operation, blow, sameHost, first, count, stride });
    }
  }
  return jobs;
}

function* randomJobs({ randomRuns, firstRandomSeed = FIRST_RANDOM_SEED }: ProgrammeOptions): Generator<Job> {
  for (let done = 0; done < randomRuns; done += RANDOM_CHUNK) {
    yield { type: 'random', first: firstRandomSeed + done, count: Math.min(RANDOM_CHUNK, randomRuns - done) };
  }
}

async function findUnlike(crew: Crew, runs: number): Promise<readonly string[]> {
  const unlike: string[] = [];
  for (let done = 0; done < runs; done += DETERMINISM_CHUNK) {
    const job: Job = {
      type: 'random',
      first: FIRST_RANDOM_SEED - runs + done,
      count: Math.min(DETERMINISM_CHUNK, runs - done),
    };
    const [left, right] = await crew.twice(job);
    const scenarios = scenariosOf(job);
    for (const [index, hash] of left.traceHashes.entries()) {
      const scenario = scenarios[index];
      if (hash !== right.traceHashes[index] && scenario !== undefined) unlike.push(formatScenario(scenario));
    }
  }
  return unlike;
}

function byFirst(left: Job, right: Job): number {
  return (left.type === 'scan' ? left.first : 0) - (right.type === 'scan' ? right.first : 0);
}

function* interleave(left: readonly Job[], right: readonly Job[]): Generator<Job> {
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const [one, other] = [left[index], right[index]];
    if (one !== undefined) yield one;
    if (other !== undefined) yield other;
  }
}
