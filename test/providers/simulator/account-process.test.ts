import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { openSimulatedAccount, type SimulatedAccount } from '#providers/simulator/index.ts';
import { type AccountLog, LogEntry } from '#providers/simulator/account-log.ts';
import { MemoryLog } from '#providers/simulator/memory-log.ts';
import { CALM_WEATHER } from '#providers/simulator/weather.ts';
import { SeededRandom } from '../../simulation/seeded-random.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const CIDR = { CidrBlock: '10.0.0.0/16' };
const IN_PARIS = { region: 'eu-west-3', service: 'ec2' };

function opened(clock: VirtualClock, options: { log?: AccountLog; speed?: number; seed?: string } = {}) {
  return openSimulatedAccount({ clock, random: new SeededRandom(1), weather: CALM_WEATHER, ...options });
}

function ask({ process }: SimulatedAccount, operation: string, input: object = {}, signal?: AbortSignal) {
  return process.request({ ...IN_PARIS, operation, input }, signal);
}

async function vpcsOf(account: SimulatedAccount): Promise<readonly string[]> {
  const walked = await account.walk();
  return walked.filter(({ kind }) => kind === 'vpc').map(({ id }) => id);
}

describe('an account that processes share', () => {
  test('is made by the first and joined by the others, whatever seed they ask for', async () => {
    const clock = new VirtualClock();
    const log = new MemoryLog();
    const first = await opened(clock, { log, speed: 10, seed: 'first' });
    await clock.advance(1_000);
    const second = await opened(clock, { log, seed: 'second' });
    expect(second.process.account.opening).toEqual(first.process.account.opening);
    expect(second.process.nowMs()).toBe(first.process.nowMs());
  });

  test('is the same for all of them', async () => {
    const clock = new VirtualClock();
    const log = new MemoryLog();
    const first = await opened(clock, { log });
    const second = await opened(clock, { log });
    await clock.run(ask(first, 'CreateVpc', CIDR));
    await clock.run(ask(second, 'CreateVpc', CIDR));
    expect(await vpcsOf(first)).toHaveLength(2);
    expect(await vpcsOf(second)).toEqual(await vpcsOf(first));
    expect(await clock.run(ask(second, 'DescribeVpcs'))).toMatchObject({ Vpcs: [{}, {}] });
  });

  test('lets both have their way when they ask at the same time', async () => {
    const clock = new VirtualClock();
    const log = new MemoryLog();
    const accounts = await Promise.all([1, 2, 3].map(() => opened(clock, { log: new Slow(log, clock) })));
    await clock.run(Promise.all(accounts.map((account) => ask(account, 'CreateVpc', CIDR))));
    const [first, ...others] = await clock.run(Promise.all(accounts.map(vpcsOf)));
    expect(new Set(first).size).toBe(3);
    for (const other of others) expect(other).toEqual(first);
  });

  test('does the work of one process one after the other', async () => {
    const clock = new VirtualClock();
    const account = await clock.run(opened(clock, { log: new Slow(new MemoryLog(), clock) }));
    await clock.run(Promise.all(Array.from({ length: 5 }, () => ask(account, 'CreateVpc', CIDR))));
    expect(new Set(await clock.run(vpcsOf(account))).size).toBe(5);
  });

  test('has a change in the log before the answer sets out', async () => {
    const clock = new VirtualClock();
    const log = new MemoryLog();
    const account = await opened(clock, { log });
    const answer = ask(account, 'CreateVpc', CIDR);
    await clock.advance(0);
    expect(log.readAfter(1)).toMatchObject([{ operation: 'ec2.CreateVpc', writes: [{ kind: 'vpc' }, {}, {}] }]);
    expect(clock.pendingTimers).toBe(1);
    await clock.run(answer);
  });

  test('has done what was asked even if nobody waits for the answer', async () => {
    const clock = new VirtualClock();
    const account = await opened(clock);
    const gone = new AbortController();
    const ending = Promise.allSettled([ask(account, 'CreateVpc', CIDR, gone.signal)]);
    await clock.advance(1);
    gone.abort('gone');
    expect(await ending).toEqual([{ status: 'rejected', reason: new Error('gone') }]);
    expect(await vpcsOf(account)).toHaveLength(1);
  });

  test('does nothing for a caller who had left before', async () => {
    const clock = new VirtualClock();
    const account = await opened(clock);
    const signal = AbortSignal.abort(new Error('gone'));
    await expect(ask(account, 'CreateVpc', CIDR, signal)).rejects.toThrow('gone');
    expect(await vpcsOf(account)).toEqual([]);
  });

  test('is rebuilt from its log alone', async () => {
    const clock = new VirtualClock();
    const log = new MemoryLog();
    const before = await opened(clock, { log });
    await clock.run(ask(before, 'CreateVpc', CIDR));
    const written = z.array(LogEntry).parse(JSON.parse(JSON.stringify(log.readAfter(0))));
    const copy: AccountLog = { append: () => false, readAfter: (seq) => written.slice(seq) };
    const after = await opened(clock, { log: copy });
    expect(await after.walk()).toEqual(await before.walk());
  });

  test('takes what other processes have used of the buckets into account', async () => {
    const clock = new VirtualClock();
    const log = new MemoryLog();
    const options = { clock, random: new SeededRandom(1), log, weather: { ...CALM_WEATHER, publishedThrottles: true } };
    const [first, second] = [await openSimulatedAccount(options), await openSimulatedAccount(options)];
    const quotas = { ...CALM_WEATHER.quotas, internetGateways: 1_000 };
    for (const { process } of [first, second]) process.account.weather = { ...process.account.weather, quotas };
    await clock.run(Promise.all(Array.from({ length: 50 }, () => ask(first, 'CreateInternetGateway'))));
    const ten = Promise.all(Array.from({ length: 10 }, () => ask(second, 'CreateInternetGateway')));
    await expect(clock.run(ten)).rejects.toThrow('Request limit exceeded.');
  });
});

describe('the time of an account', () => {
  test('runs as fast as it was opened with, and so do its answers', async () => {
    const clock = new VirtualClock();
    const account = await opened(clock, { speed: 20 });
    const startMs = account.process.nowMs();
    await clock.advance(1_000);
    expect(account.process.nowMs() - startMs).toBe(20_000);
    const beforeMs = clock.monotonicMs();
    await clock.run(ask(account, 'DescribeVpcs'));
    const tookMs = clock.monotonicMs() - beforeMs;
    expect(tookMs).toBeGreaterThan(1);
    expect(tookMs).toBeLessThan(10);
  });

  test('does not run back with the wall clock', async () => {
    const clock = new VirtualClock();
    const account = await opened(clock);
    await clock.advance(10_000);
    await clock.run(ask(account, 'CreateVpc', CIDR));
    const beforeMs = account.process.nowMs();
    clock.wallOffsetMs -= 60_000;
    expect(account.process.nowMs()).toBeGreaterThan(beforeMs - 1_000);
    await clock.run(ask(account, 'CreateVpc', CIDR));
    const ages = (await account.walk()).map(({ createdAtMs }) => createdAtMs);
    expect(ages).toEqual(ages.toSorted((left, right) => left - right));
  });

  test('passes for a refusal too', async () => {
    const clock = new VirtualClock();
    const account = await opened(clock);
    const beforeMs = clock.monotonicMs();
    await expect(clock.run(ask(account, 'DeleteVpc', { VpcId: 'vpc-0' }))).rejects.toThrow('does not exist');
    expect(clock.monotonicMs()).toBeGreaterThan(beforeMs);
  });
});

/** A log on a slow disk: the race for a number is open for a while. */
class Slow implements AccountLog {
  readonly #log: MemoryLog;
  readonly #clock: VirtualClock;

  constructor(log: MemoryLog, clock: VirtualClock) {
    this.#log = log;
    this.#clock = clock;
  }

  async append(seq: number, entry: LogEntry): Promise<boolean> {
    const isFirst = this.#log.append(seq, entry);
    if (entry.type === 'changed') await this.#clock.sleep(5);
    return isFirst;
  }

  async readAfter(seq: number): Promise<readonly LogEntry[]> {
    return this.#log.readAfter(seq);
  }
}
