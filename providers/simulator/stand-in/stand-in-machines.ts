import { DescribeInstanceAttributeCommand, DescribeInstancesCommand, type EC2Client } from '@aws-sdk/client-ec2';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { LETTER, renewalNumber, updateNumber } from '#host/protocol.ts';
import type { Clock } from '#std/clock.ts';
import { mapLimit } from '#std/map-limit.ts';
import { type DeliveredWelcome, leftLetter, lettersBy, renewedLetter, updatedLetter } from '../machine-life.ts';
import { prefixOfBox } from '../mailboxes.ts';
import { onBehalf } from './on-behalf.ts';
import { SeenInstance, type StandingMachine, standingMachine } from './standing-machine.ts';

export interface StandInOptions {
  readonly ec2: Pick<EC2Client, 'send'>;
  readonly s3: Pick<S3Client, 'send'>;
  readonly clock: Clock;
  /** How many times as fast as the clock the machines live. */
  readonly speed: number;
}

export const MAILBOXES = 'mailbox/';
const AT_ONCE = 4;
/** Whoever looks more often finds what is there. */
const PAUSE_MS = 100;
const ALIVE = { Name: 'instance-state-name', Values: ['pending', 'running'] };

/**
 * Writes in the stead of machines that an emulator lists and never boots. Nothing runs in the background: whoever is about
 * to look into the mailboxes has them brought up to date first, and what is to be in them follows from when a machine was
 * launched and when it got its welcome. So a process that dies loses nothing.
 */
export class StandInMachines {
  readonly #options: StandInOptions;
  readonly #known = new Map<string, Promise<StandingMachine | undefined>>();
  readonly #welcomes = new Map<string, Promise<DeliveredWelcome>>();
  #visit: Promise<void> | undefined;
  #visitedAtMs = -Infinity;

  constructor(options: StandInOptions) {
    this.#options = options;
  }

  /** Leaves in a bucket what its machines would have written by now. */
  async bringUpToDate(bucket: string): Promise<void> {
    const { clock } = this.#options;
    if (this.#visit === undefined && clock.monotonicMs() - this.#visitedAtMs < PAUSE_MS) return;
    this.#visit ??= this.#writeLetters(bucket).finally(() => {
      this.#visit = undefined;
      this.#visitedAtMs = clock.monotonicMs();
    });
    await this.#visit;
  }

  async #writeLetters(bucket: string): Promise<void> {
    const machines = await this.#machinesOf(bucket);
    if (machines.length === 0) return;
    const there = await this.#keysIn(bucket);
    await mapLimit(machines, AT_ONCE, async (machine) => {
      for (const { key, body } of await this.#lettersOf(machine, there)) await this.#write(bucket, key, body);
    });
  }

  /** Those that are to be there by now and are not. Without a welcome in its box a machine says no more than hello. */
  async #lettersOf({ life, arn, bucket, launchedAtMs }: StandingMachine, there: ReadonlyMap<string, number>) {
    const { clock, speed } = this.#options;
    const lived = (wallMs: number): number => Math.max(0, wallMs - launchedAtMs) * speed;
    const prefix = prefixOfBox({ arn });
    const key = `${prefix}${LETTER.welcome}`;
    const writtenAtMs = there.get(key);
    const welcome = writtenAtMs === undefined ? undefined : await this.#welcome(bucket, key, lived(writtenAtMs));
    const nowMs = lived(clock.wallMs());
    const askedAtMs = there.get(`${prefix}${LETTER.leave}`);
    const left = askedAtMs === undefined ? [] : [leftLetter(life, lived(askedAtMs))];
    const answers = [...there].flatMap(([letter, sentAtMs]) => {
      const name = letter.startsWith(prefix) ? letter.slice(prefix.length) : '';
      const [renewal, update, atMs] = [renewalNumber(name), updateNumber(name), lived(sentAtMs)];
      if (renewal !== undefined) return [renewedLetter(life, { number: renewal, atMs })];
      return update === undefined ? [] : [updatedLetter(life, { number: update, atMs })];
    });
    return [...lettersBy(life, welcome, nowMs), ...[...left, ...answers].filter(({ atMs }) => atMs <= nowMs)]
      .map(({ name, body }) => ({ key: `${prefix}${name}`, body }))
      .filter((letter) => !there.has(letter.key));
  }

  async #machinesOf(bucket: string): Promise<readonly StandingMachine[]> {
    const machines = await mapLimit(await this.#aliveInstances(), AT_ONCE, (seen) => this.#machine(seen));
    return machines.filter((machine) => machine !== undefined).filter((machine) => machine.bucket === bucket);
  }

  async #aliveInstances(): Promise<readonly SeenInstance[]> {
    const seen: SeenInstance[] = [];
    let NextToken: string | undefined;
    do {
      const command = new DescribeInstancesCommand({ Filters: [ALIVE], NextToken });
      onBehalf(command);
      const page = await this.#options.ec2.send(command);
      const instances = (page.Reservations ?? []).flatMap(({ Instances = [] }) => Instances);
      seen.push(...instances.flatMap((instance) => SeenInstance.safeParse(instance).data ?? []));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    return seen;
  }

  /** What is in its user-data never changes. */
  #machine(seen: SeenInstance): Promise<StandingMachine | undefined> {
    const { InstanceId } = seen;
    return kept(this.#known, InstanceId, async () => {
      const command = new DescribeInstanceAttributeCommand({ InstanceId, Attribute: 'userData' });
      onBehalf(command);
      const { UserData } = await this.#options.ec2.send(command);
      return standingMachine(seen, UserData?.Value);
    });
  }

  #welcome(Bucket: string, Key: string, atMs: number): Promise<DeliveredWelcome> {
    return kept(this.#welcomes, `${Key} ${atMs}`, async () => {
      const command = new GetObjectCommand({ Bucket, Key });
      onBehalf(command);
      const { Body } = await this.#options.s3.send(command);
      return { body: (await Body?.transformToString()) ?? '', atMs };
    });
  }

  /** When each letter was left. */
  async #keysIn(Bucket: string): Promise<ReadonlyMap<string, number>> {
    const keys = new Map<string, number>();
    let ContinuationToken: string | undefined;
    do {
      const command = new ListObjectsV2Command({ Bucket, Prefix: MAILBOXES, ContinuationToken });
      onBehalf(command);
      const page = await this.#options.s3.send(command);
      for (const { Key = '', LastModified } of page.Contents ?? []) keys.set(Key, LastModified?.getTime() ?? 0);
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    return keys;
  }

  async #write(Bucket: string, Key: string, Body: string): Promise<void> {
    const command = new PutObjectCommand({ Bucket, Key, Body, ContentType: 'application/json' });
    onBehalf(command);
    await this.#options.s3.send(command);
  }
}

/** A failure is not kept: the next who asks tries again. */
function kept<Value>(all: Map<string, Promise<Value>>, key: string, make: () => Promise<Value>): Promise<Value> {
  const known = all.get(key) ?? make();
  all.set(key, known);
  known.catch(() => all.delete(key));
  return known;
}
