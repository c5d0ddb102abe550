import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runSchedule, type Step } from '#engine/schedule.ts';
import { settle, VirtualClock } from '../support/virtual-clock.ts';

const NEVER = new AbortController().signal;

class Task implements Step<Task> {
  readonly name: string;
  readonly needs: ReadonlySet<Task>;
  readonly #ending = Promise.withResolvers<void>();
  readonly #log: string[];

  constructor(name: string, needs: readonly Task[], log: string[]) {
    this.name = name;
    this.needs = new Set(needs);
    this.#log = log;
  }

  run(): Promise<void> {
    this.#log.push(`start ${this.name}`);
    return this.#ending.promise;
  }

  async end(): Promise<void> {
    this.#log.push(`end ${this.name}`);
    this.#ending.resolve();
    await settle();
  }

  async fail(reason = 'no luck'): Promise<void> {
    this.#ending.reject(new Error(reason));
    await settle();
  }
}

async function begin(build: (task: (name: string, ...needs: Task[]) => Task) => void, concurrency = 100) {
  const log: string[] = [];
  const tasks = new Map<string, Task>();
  build((name, ...needs) => {
    const task = new Task(name, needs, log);
    tasks.set(name, task);
    return task;
  });
  const stopping = new AbortController();
  let isOver = false;
  const over = runSchedule([...tasks.values()], {
    concurrency,
    stop: stopping.signal,
    onFailed: ({ name }, error) => log.push(`failed ${name}: ${error instanceof Error ? error.message : ''}`),
    onSkipped: ({ name }, because) => log.push(`skipped ${name} because of ${because?.name ?? 'the stop'}`),
  }).then(() => {
    isOver = true;
  });
  await settle();
  const the = (name: string) => tasks.get(name) ?? new Task('nobody', [], log);
  return { log, the, over, stop: () => stopping.abort(), isOver: () => isOver };
}

describe('a schedule', () => {
  test('starts a step the moment its own needs are met, whoever else is still at work', async () => {
    const { log, the } = await begin((task) => {
      const quick = task('quick');
      task('slow');
      task('next', quick);
    });
    expect(log).toEqual(['start quick', 'start slow']);
    await the('quick').end();
    expect(log).toEqual(['start quick', 'start slow', 'end quick', 'start next']);
  });

  test('waits for every need of a step', async () => {
    const { log, the } = await begin((task) => void task('both', task('left'), task('right')));
    await the('right').end();
    expect(log).toEqual(['start left', 'start right', 'end right']);
    await the('left').end();
    expect(log.at(-1)).toBe('start both');
  });

  test('has no more steps under way than it may', async () => {
    const { log, the } = await begin((task) => {
      for (const name of ['a', 'b', 'c', 'd']) task(name);
    }, 2);
    expect(log).toEqual(['start a', 'start b']);
    await the('b').end();
    await the('a').fail();
    expect(log).toEqual(['start a', 'start b', 'end b', 'start c', 'failed a: no luck', 'start d']);
  });

  test('ends when the last step has ended, and not before', async () => {
    const { the, over, isOver } = await begin((task) => void task('last', task('first')));
    await the('first').end();
    expect(isOver()).toBe(false);
    await the('last').end();
    await over;
    expect(isOver()).toBe(true);
  });

  test('of nothing ends at once', async () => {
    const { over } = await begin(() => undefined);
    await expect(over).resolves.toBeUndefined();
  });

  test('skips the consequences of a failure, each once and by the name of what failed, and nothing else', async () => {
    const { log, the, over } = await begin((task) => {
      const bad = task('bad');
      const good = task('good');
      const [near, other] = [task('near', bad), task('other', good)];
      task('far', near, other, bad);
    });
    await the('bad').fail();
    expect(log.slice(2)).toEqual(['failed bad: no luck', 'skipped near because of bad', 'skipped far because of bad']);
    await the('good').end();
    await the('other').end();
    await over;
    expect(log.slice(5)).toEqual(['end good', 'start other', 'end other']);
  });

  test('tells every failure, not the first alone', async () => {
    const { log, the, over } = await begin((task) => {
      const [one, two] = [task('one'), task('two')];
      task('both', one, two);
    });
    await the('one').fail('quota');
    await the('two').fail('denied');
    await over;
    expect(log.slice(2)).toEqual(['failed one: quota', 'skipped both because of one', 'failed two: denied']);
  });

  test('that is stopped starts nothing more, lets settle what is under way, and tells what it left out', async () => {
    const { log, the, over, stop, isOver } = await begin((task) => void task('second', task('first')), 1);
    stop();
    await settle();
    expect(isOver()).toBe(false);
    await the('first').end();
    await over;
    expect(log).toEqual(['start first', 'end first', 'skipped second because of the stop']);
  });

  test('that is stopped still tells a failure and its consequences by name', async () => {
    const { log, the, over, stop } = await begin((task) => {
      task('waiting', task('first'));
      task('ready');
    }, 1);
    stop();
    await the('first').fail();
    await over;
    expect(log.slice(1)).toEqual([
      'failed first: no luck',
      'skipped waiting because of first',
      'skipped ready because of the stop',
    ]);
  });

  test('that was stopped before it began starts nothing', async () => {
    const log: string[] = [];
    await runSchedule([new Task('only', [], log)], {
      concurrency: 1,
      stop: AbortSignal.abort(),
      onFailed: () => undefined,
      onSkipped: ({ name }) => log.push(`skipped ${name}`),
    });
    expect(log).toEqual(['skipped only']);
  });

  test('takes a step that throws before it has promised anything for one that failed', async () => {
    const log: string[] = [];
    const hasty = {
      name: 'hasty',
      needs: new Set<never>(),
      run: (): Promise<void> => {
        throw new Error('no patience');
      },
    };
    const ran = runSchedule([hasty], {
      concurrency: 1,
      stop: NEVER,
      onFailed: ({ name }) => log.push(`failed ${name}`),
      onSkipped: ({ name }) => log.push(`skipped ${name}`),
    });
    await expect(ran).resolves.toBeUndefined();
    expect(log).toEqual(['failed hasty']);
  });
});

interface Job extends Step<Job> {
  readonly needs: Set<Job>;
  readonly lastsMs: number;
  readonly fails: boolean;
  startedMs?: number;
  endedMs?: number;
  fate?: 'done' | 'failed' | 'skipped';
}

const jobs = fc.array(
  fc.record({
    needs: fc.uniqueArray(fc.nat(14), { maxLength: 3 }),
    lastsMs: fc.integer({ min: 1, max: 9 }),
    fails: fc.nat(5).map((die) => die === 0),
  }),
  { maxLength: 15 },
);

test('whatever the graph: each step runs once or is skipped for a failed need, never too early, never idle without cause', async () => {
  await fc.assert(
    fc.asyncProperty(jobs, fc.integer({ min: 1, max: 4 }), async (specs, concurrency) => {
      const clock = new VirtualClock();
      const all: Job[] = [];
      for (const { needs, lastsMs, fails } of specs) {
        const job: Job = {
          needs: new Set(needs.flatMap((place) => all[place] ?? [])),
          lastsMs,
          fails,
          run: async () => {
            expect(job.fate).toBeUndefined();
            job.startedMs = clock.monotonicMs();
            await clock.sleep(lastsMs);
            job.endedMs = clock.monotonicMs();
            if (fails) throw new Error('no luck');
            job.fate = 'done';
          },
        };
        all.push(job);
      }
      const mark = (fate: 'failed' | 'skipped') => (job: Job) => {
        expect(job.fate).toBeUndefined();
        job.fate = fate;
      };
      const over = runSchedule(all, { concurrency, stop: NEVER, onFailed: mark('failed'), onSkipped: mark('skipped') });
      await clock.advance(200);
      await over;
      for (const job of all) {
        const needs = [...job.needs];
        const isDoomed = needs.some(({ fate }) => fate !== 'done');
        expect(job.fate).toBe(isDoomed ? 'skipped' : job.fails ? 'failed' : 'done');
        if (isDoomed) continue;
        const readyMs = Math.max(0, ...needs.map(({ endedMs }) => endedMs ?? Infinity));
        expect(job.startedMs).toBeGreaterThanOrEqual(readyMs);
        // From the moment it could start until it did, every place was taken.
        for (let ms = readyMs; ms < (job.startedMs ?? 0); ms += 1) expect(underWay(all, ms)).toBe(concurrency);
      }
      for (let ms = 0; ms < 200; ms += 1) expect(underWay(all, ms)).toBeLessThanOrEqual(concurrency);
    }),
    { numRuns: 60 },
  );
});

function underWay(all: readonly Job[], atMs: number): number {
  return all.filter(({ startedMs = Infinity, endedMs = 0 }) => startedMs <= atMs && atMs < endedMs).length;
}
