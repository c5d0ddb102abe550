import {
  CreateSubnetCommand,
  type CreateSubnetResult,
  CreateVpcCommand,
  type CreateVpcResult,
  DescribeImagesCommand,
  type DescribeImagesResult,
  DescribeInstancesCommand,
  type DescribeInstancesResult,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type AccountLog, LogEntry } from '#providers/simulator/account-log.ts';
import { openSimulatedAccount, type SimulatedAccount } from '#providers/simulator/index.ts';
import { MemoryLog } from '#providers/simulator/memory-log.ts';
import { CALM_WEATHER } from '#providers/simulator/weather.ts';
import { SeededRandom } from '../../simulation/seeded-random.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

/** Processes that come and go, on one account. */
class Scene {
  readonly clock = new VirtualClock();
  readonly log = new MemoryLog();

  open(speed?: number, log: AccountLog = this.log): Promise<SimulatedAccount> {
    const { clock } = this;
    const options = { clock, random: new SeededRandom(1), log, seed: 'test', weather: CALM_WEATHER };
    return clock.run(openSimulatedAccount(speed === undefined ? options : { ...options, speed }));
  }

  async nowMs({ process }: SimulatedAccount): Promise<number> {
    await this.clock.run(process.catchUp());
    return process.nowMs();
  }

  ask(account: SimulatedAccount, operation: string, input: object = {}): Promise<object> {
    return this.clock.run(account.process.request({ region: 'eu-west-3', service: 'ec2', operation, input }));
  }

  async tookMs(account: SimulatedAccount): Promise<number> {
    const beforeMs = this.clock.monotonicMs();
    await this.ask(account, 'DescribeVpcs');
    return this.clock.monotonicMs() - beforeMs;
  }

  /** One machine; answers with when it was launched. */
  async launch(account: SimulatedAccount): Promise<number> {
    const place = { CidrBlock: '10.0.0.0/24', AvailabilityZone: 'eu-west-3a' };
    const { Vpc } = await this.#send<CreateVpcResult>(account, new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
    const command = new CreateSubnetCommand({ VpcId: Vpc?.VpcId, ...place });
    const { Subnet } = await this.#send<CreateSubnetResult>(account, command);
    const { Images } = await this.#send<DescribeImagesResult>(
      account,
      new DescribeImagesCommand({
        Owners: ['136693071363'],
        Filters: [{ Name: 'architecture', Values: ['x86_64'] }],
      }),
    );
    const [ImageId, SubnetId] = [Images?.[0]?.ImageId, Subnet?.SubnetId];
    const atMs = await this.nowMs(account);
    const size = { InstanceType: 'm7i.large', MinCount: 1, MaxCount: 1 } as const;
    await this.#send(account, new RunInstancesCommand({ ImageId, SubnetId, ...size }));
    return atMs;
  }

  async state(account: SimulatedAccount): Promise<string | undefined> {
    const command = new DescribeInstancesCommand({ MaxResults: 100 });
    const { Reservations } = await this.#send<DescribeInstancesResult>(account, command);
    return Reservations?.[0]?.Instances?.[0]?.State?.Name;
  }

  #send<Output>(account: SimulatedAccount, command: object): Promise<Output> {
    return this.clock.run(account.services('eu-west-3').ec2.send<Output>(command));
  }

  paces(): readonly number[] {
    return this.log.readAfter(0).flatMap((entry) => (entry.type === 'changed' ? [] : [entry.speed]));
  }
}

describe('LOG-5: the pace of an account', () => {
  test('is what was asked for last, for every process, and time goes on from where it was', async () => {
    const scene = new Scene();
    const first = await scene.open(20);
    const startMs = await scene.nowMs(first);
    await scene.clock.advance(1_000);
    const second = await scene.open(6);
    expect(await scene.nowMs(first)).toBe(startMs + 20_000);
    expect(await scene.nowMs(second)).toBe(startMs + 20_000);
    await scene.clock.advance(1_000);
    expect(await scene.nowMs(first)).toBe(startMs + 26_000);
    expect(await scene.nowMs(second)).toBe(startMs + 26_000);
    expect([first.speed, second.speed]).toEqual([6, 6]);
  });

  test('stays as it is for whoever asks for none, or for the same', async () => {
    const scene = new Scene();
    await scene.open(20);
    expect(await scene.open()).toMatchObject({ speed: 20 });
    expect(await scene.open(20)).toMatchObject({ speed: 20 });
    expect(await scene.open(6)).toMatchObject({ speed: 6 });
    expect(await scene.open()).toMatchObject({ speed: 6 });
    expect(scene.paces()).toEqual([20, 6]);
  });

  test('decides how long answers take', async () => {
    const scene = new Scene();
    const account = await scene.open(1);
    const slowMs = await scene.tookMs(account);
    await scene.open(100);
    expect(await scene.tookMs(account)).toBeLessThan(slowMs / 10);
  });

  test('never turns time back, however often it changes', async () => {
    const scene = new Scene();
    const accounts = [await scene.open(20), await scene.open()];
    const seenMs: number[] = [];
    for (const speed of [0.5, 300, 1, 0.1, 40]) {
      await scene.open(speed);
      for (const account of accounts) {
        await scene.clock.advance(700);
        seenMs.push(await scene.nowMs(account));
        await scene.ask(account, 'CreateInternetGateway').catch(() => undefined);
      }
    }
    expect(seenMs).toEqual(seenMs.toSorted((left, right) => left - right));
    expect(new Set(seenMs).size).toBe(seenMs.length);
    const logged = scene.log.readAfter(1).flatMap((entry) => (entry.type === 'opened' ? [] : [entry.atMs]));
    expect(logged).toEqual(logged.toSorted((left, right) => left - right));
  });

  test('lets time go on at once where a clock that was set back had stopped it', async () => {
    const scene = new Scene();
    const account = await scene.open(10);
    await scene.clock.advance(100_000);
    await scene.ask(account, 'CreateVpc', { CidrBlock: '10.0.0.0/16' });
    scene.clock.wallOffsetMs -= 60_000;
    const beforeMs = await scene.nowMs(account);
    await scene.clock.advance(1_000);
    expect(await scene.nowMs(account)).toBe(beforeMs);
    await scene.open(20);
    await scene.clock.advance(1_000);
    expect(await scene.nowMs(account)).toBe(beforeMs + 20_000);
  });

  test('is set after what another process has done meanwhile', async () => {
    const scene = new Scene();
    const account = await scene.open(20);
    const startMs = await scene.nowMs(account);
    await scene.clock.advance(1_000);
    const log = new Overtaken(scene.log, () => scene.ask(account, 'CreateVpc', { CidrBlock: '10.0.0.0/16' }));
    expect(await scene.open(6, log)).toMatchObject({ speed: 6 });
    const entries = scene.log.readAfter(1);
    expect(entries.map(({ type }) => type)).toEqual(['changed', 'paced']);
    expect(entries[1]).toMatchObject({ speed: 6 });
    expect(await scene.nowMs(account)).toBeGreaterThanOrEqual(startMs + 20_000);
  });

  test('is asked for in vain when another process has set just that meanwhile', async () => {
    const scene = new Scene();
    await scene.open(20);
    const log = new Overtaken(scene.log, () => scene.open(6));
    expect(await scene.open(6, log)).toMatchObject({ speed: 6 });
    expect(scene.paces()).toEqual([20, 6]);
  });

  test('leaves a machine under way its hours', async () => {
    const scene = new Scene();
    const account = await scene.open(10);
    const launchedMs = await scene.launch(account);
    await scene.clock.advance(500);
    await scene.open(0.5);
    expect(await scene.state(account)).toBe('pending');
    await scene.clock.advance(50_000);
    const atMs = await scene.nowMs(account);
    expect(atMs).toBeLessThan(launchedMs + 40_000);
    expect(await scene.state(account)).toBe('running');
  });

  test('is in the log as any other entry, and a log without one is read as ever', async () => {
    const scene = new Scene();
    const account = await scene.open(20);
    await scene.clock.advance(1_000);
    await scene.open(6);
    const written = z.array(LogEntry).parse(JSON.parse(JSON.stringify(scene.log.readAfter(0))));
    const copy = (entries: readonly LogEntry[]): AccountLog => ({
      append: () => false,
      readAfter: (seq) => entries.slice(seq),
    });
    await scene.clock.advance(1_000);
    expect((await scene.open(undefined, copy(written))).process.nowMs()).toBe(await scene.nowMs(account));
    expect(await scene.open(undefined, copy(written.slice(0, 1)))).toMatchObject({ speed: 20 });
  });
});

/** A log to which another process appends just before our first try. */
class Overtaken implements AccountLog {
  readonly #log: AccountLog;
  #meanwhile: (() => Promise<unknown>) | undefined;

  constructor(log: AccountLog, meanwhile: () => Promise<unknown>) {
    this.#log = log;
    this.#meanwhile = meanwhile;
  }

  async append(seq: number, entry: LogEntry): Promise<boolean> {
    const meanwhile = this.#meanwhile;
    this.#meanwhile = undefined;
    await meanwhile?.();
    return this.#log.append(seq, entry);
  }

  readAfter(seq: number): readonly LogEntry[] | Promise<readonly LogEntry[]> {
    return this.#log.readAfter(seq);
  }
}
