import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { Renewal, renewalAnswers, renewalLetter } from '#host/protocol.ts';
import { DirectoryLog } from '#providers/simulator/directory-log.ts';
import { openSimulatedAccount } from '#providers/simulator/index.ts';
import { CALM_WEATHER } from '#providers/simulator/weather.ts';
import { hasIssued } from '#std/certificate.ts';
import { SystemClock } from '#std/system-clock.ts';
import { SystemFiles } from '#std/system-files.ts';
import { SystemRandom } from '#std/system-random.ts';
import { type Desk, FOREVER, NAME, TARGET } from './desk.ts';

const REGION = 'eu-west-3';

/** What a machine was given to show, and whom to believe; and when it may have done so. */
export interface Held {
  readonly node: string;
  readonly purpose: string;
  readonly leaf: string;
  /** Authorities, each in PEM. */
  readonly believed: readonly string[];
  readonly fromMs: number;
  readonly untilMs: number;
}

const NodeInputs = z.object({
  name: z.string(),
  mailbox: z.string(),
  certificates: z.record(z.string(), z.object({ certificate: z.string(), believes: z.array(z.string()) })),
});
const State = z.object({
  records: z.array(
    z.object({ kind: z.string(), address: z.string(), status: z.string(), inputs: z.unknown(), outputs: z.unknown() }),
  ),
});
type Recorded = z.output<typeof State>['records'][number];

async function recordsOf(desk: Desk): Promise<readonly Recorded[]> {
  return State.parse(await desk.app().stateShow(TARGET, FOREVER)).records;
}

export async function authoritiesOf(desk: Desk): Promise<readonly string[]> {
  return (await recordsOf(desk))
    .filter(({ kind }) => kind === 'authority')
    .map(({ address }) => address)
    .toSorted();
}

/** Whose word counts among those who show what they have for a purpose; of all others it is that of the cluster itself. */
const AUTHORITIES: ReadonlyMap<string, string> = new Map([
  ['etcd', 'etcd'],
  ['apiserver-etcd', 'etcd'],
  ['front-proxy', 'front-proxy'],
]);

export function authorityFor(purpose: string): string {
  return AUTHORITIES.get(purpose) ?? 'cluster';
}

/** The first that every machine was given, as the state has it before anything was sent behind it. */
export async function firstHeld(desk: Desk): Promise<ReadonlyMap<string, readonly Held[]>> {
  const nodes = (await recordsOf(desk)).flatMap(({ kind, inputs }) =>
    kind === 'node' ? [NodeInputs.parse(inputs)] : [],
  );
  const held = nodes.map(({ name: node, mailbox, certificates }): readonly [string, readonly Held[]] => {
    const all = Object.entries(certificates).map(([purpose, { certificate: leaf, believes: believed }]) => {
      return { node, purpose, leaf, believed, fromMs: -Infinity, untilMs: Infinity };
    });
    return [mailbox, all];
  });
  return new Map(held);
}

/**
 * All that these machines were sent since, in order, by the letters in the account and when each was left there. From when a letter
 * is sent a machine may hold what is in it; what it had before it holds until it has said that it has taken the letter.
 */
export async function heldSince(desk: Desk, first: ReadonlyMap<string, readonly Held[]>): Promise<readonly Held[]> {
  const bucket = await Bucket.of(desk);
  const all = await Promise.all([...first].map(([box, held]) => bucket.heldBy(box, held)));
  return all.flat();
}

/** Every pair of what one may have shown while another, who is shown such things, may have believed nobody who has signed it. */
export function strangersAmong(all: readonly Held[]): readonly string[] {
  return all.flatMap((shown) =>
    all
      .filter(({ purpose }) => authorityFor(purpose) === authorityFor(shown.purpose))
      .filter(({ fromMs, untilMs }) => fromMs < shown.untilMs && shown.fromMs < untilMs)
      .filter(({ believed }) => !believed.some((authority) => hasIssued(authority, shown.leaf)))
      .map(
        ({ node, purpose, fromMs }) =>
          `${shown.node} ${shown.purpose} to ${purpose}: from ${shown.fromMs} on is a stranger to ${node} from ${fromMs} on`,
      ),
  );
}

class Bucket {
  readonly #s3: Pick<S3Client, 'send'>;
  readonly #name: string;

  private constructor(s3: Pick<S3Client, 'send'>, name: string) {
    this.#s3 = s3;
    this.#name = name;
  }

  static async of(desk: Desk): Promise<Bucket> {
    const [files, random, clock] = [new SystemFiles(), new SystemRandom(), new SystemClock()];
    const log = new DirectoryLog({ root: desk.places.simulatedAccount(NAME), files, random });
    const account = await openSimulatedAccount({ log, clock, random, weather: CALM_WEATHER });
    const { uid } = await desk.app().status(TARGET, FOREVER);
    return new Bucket(account.services(REGION).s3, `bootstrap-${uid}`);
  }

  async heldBy(box: string, first: readonly Held[]): Promise<readonly Held[]> {
    const letters = await this.#letters(box);
    const all: Held[] = [];
    let held = first;
    for (let number = 1; letters.has(renewalLetter(number)); number += 1) {
      const { certificates } = Renewal.parse(JSON.parse(await this.#read(box, renewalLetter(number))));
      const fromMs = letters.get(renewalLetter(number)) ?? 0;
      const untilMs = letters.get(renewalAnswers(number).renewed) ?? Infinity;
      all.push(...held.map((before) => ({ ...before, untilMs })));
      held = held.map(({ node, purpose }) => {
        const { certificate: leaf = '', authority = '' } = certificates[purpose] ?? {};
        return { node, purpose, leaf, believed: authority.split(/(?=-----BEGIN)/), fromMs, untilMs: Infinity };
      });
    }
    return [...all, ...held];
  }

  /** Their moments by their names. */
  async #letters(box: string): Promise<ReadonlyMap<string, number>> {
    const Prefix = prefixOf(box);
    const { Contents = [] } = await this.#s3.send(new ListObjectsV2Command({ Bucket: this.#name, Prefix }));
    return new Map(
      Contents.map(({ Key = '', LastModified }) => [Key.slice(Prefix.length), LastModified?.getTime() ?? 0]),
    );
  }

  async #read(box: string, letter: string): Promise<string> {
    const Key = `${prefixOf(box)}${letter}`;
    const found = await this.#s3.send(new GetObjectCommand({ Bucket: this.#name, Key }));
    return (await found.Body?.transformToString()) ?? '';
  }
}

function prefixOf(box: string): string {
  return `mailbox/arn:aws:ec2:${REGION}:123456789012:instance/${box}/`;
}
