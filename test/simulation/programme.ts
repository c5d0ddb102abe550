import { Crew } from './crew.ts';
import { addResults, type Job, type JobResult, NOTHING_DONE, scenariosOf } from './jobs.ts';
import type { Blow } from './process.ts';
import type { Disturbance } from './disturbance.ts';
import type { Repertoire } from './repertoire.ts';

/** A frozen process is not dead, so it makes no difference where its successor runs. */
const SCANS: readonly { readonly blow: Blow; readonly sameHost: boolean }[] = [
  { blow: 'crash', sameHost: true },
  { blow: 'crash', sameHost: false },
  { blow: 'freeze', sameHost: false },
];
type Scan = Extract<Job, { readonly type: 'scan' }>;

const FIRST_RANDOM_SEED = 1_000_000;

/** One kind of world, and how much of it is played. */
export interface Play<Scenario extends Disturbance> extends Company<Scenario> {
  readonly quick: Size<Scenario>;
  readonly long: Size<Scenario>;
}

interface Company<Scenario extends Disturbance> {
  readonly repertoire: Repertoire<Scenario>;
  /** Program of the workers: it serves this repertoire. */
  readonly worker: URL;
  /** Runs in a job: many where they are short. */
  readonly chunk: number;
}

interface Size<Scenario extends Disturbance> {
  /** Seeds of the exhaustive scans; each half-step of each operation is struck once per seed. */
  readonly scanSeeds: readonly number[];
  /** Strikes only every so-manieth half-step of the operation; 0: it is not scanned at all. */
  readonly strideOf: (scenario: Scenario) => number;
  readonly randomRuns: number;
  /** Runs made twice, in two workers. */
  readonly determinismRuns: number;
}

export interface ProgrammeOptions<Scenario extends Disturbance> extends Company<Scenario>, Size<Scenario> {
  readonly firstRandomSeed?: number;
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
export async function carryOutProgramme<Scenario extends Disturbance>(
  options: ProgrammeOptions<Scenario>,
): Promise<ProgrammeResult> {
  const { repertoire, worker, scanSeeds, secondsMax, untilViolation = false } = options;
  const startedMs = performance.now();
  await using crew = new Crew(worker);
  let sum = NOTHING_DONE;
  const isOver = (): boolean => {
    const tooLong = secondsMax !== undefined && performance.now() - startedMs > secondsMax * 1000;
    return tooLong || (untilViolation && sum.failures.length > 0);
  };
  const take = (result: JobResult): boolean => {
    sum = addResults(sum, result);
    options.onProgress?.(sum);
    return !isOver();
  };
  const unlike = await findUnlike(crew, options);
  const scans: Scan[] = [];
  let covered = 0;
  const peaceful = scanSeeds.flatMap((seed) => repertoire.peaceful(seed)).filter((one) => options.strideOf(one) > 0);
  await crew.work(
    peaceful.map((scenario): Job => ({ type: 'peace', scenario: repertoire.format(scenario) })),
    (job, { halfSteps, ...result }) => {
      const added = scanJobs(options, job, halfSteps);
      // Each point is struck in every way; it counts once.
      covered += added.reduce((points, scan) => points + scan.count, 0) / SCANS.length;
      scans.push(...added);
      return take({ ...result, halfSteps });
    },
  );
  // Mixed, so that a violation of any kind shows early.
  const jobs = interleave(scans.toSorted(byFirst), [...randomJobs(options)]);
  await crew.work(jobs, (_job, result) => take(result));
  return { ...sum, wallMs: performance.now() - startedMs, workers: crew.size, covered, unlike };
}

function scanJobs<Scenario extends Disturbance>(
  { repertoire, strideOf, chunk }: ProgrammeOptions<Scenario>,
  peace: Job,
  halfSteps: number,
): readonly Scan[] {
  if (peace.type !== 'peace') return [];
  const { scenario } = peace;
  const stride = strideOf(repertoire.parse(scenario));
  const jobs: Scan[] = [];
  for (const { blow, sameHost } of SCANS) {
    for (let first = 0; first < halfSteps; first += chunk * stride) {
      const count = Math.min(chunk, Math.ceil((halfSteps - first) / stride));
      jobs.push({ type: 'scan', scenario, blow, sameHost, first, count, stride });
    }
  }
  return jobs;
}

function* randomJobs<Scenario extends Disturbance>(options: ProgrammeOptions<Scenario>): Generator<Job> {
  const { randomRuns, chunk, firstRandomSeed = FIRST_RANDOM_SEED } = options;
  for (let done = 0; done < randomRuns; done += chunk) {
    yield { type: 'random', first: firstRandomSeed + done, count: Math.min(chunk, randomRuns - done) };
  }
}

async function findUnlike<Scenario extends Disturbance>(
  crew: Crew,
  { repertoire, determinismRuns, chunk }: ProgrammeOptions<Scenario>,
): Promise<readonly string[]> {
  const unlike: string[] = [];
  for (let done = 0; done < determinismRuns; done += chunk) {
    const job: Job = {
      type: 'random',
      first: FIRST_RANDOM_SEED - determinismRuns + done,
      count: Math.min(chunk, determinismRuns - done),
    };
    const [left, right] = await crew.twice(job);
    const scenarios = scenariosOf(repertoire, job);
    for (const [index, hash] of left.traceHashes.entries()) {
      const scenario = scenarios[index];
      if (hash !== right.traceHashes[index] && scenario !== undefined) unlike.push(repertoire.format(scenario));
    }
  }
  return unlike;
}

function byFirst(left: Scan, right: Scan): number {
  return left.first - right.first;
}

function* interleave(left: readonly Job[], right: readonly Job[]): Generator<Job> {
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const [one, other] = [left[index], right[index]];
    if (one !== undefined) yield one;
    if (other !== undefined) yield other;
  }
}
