import { z } from 'zod';
import { MAC_PATTERN } from './mac-address.ts';

/** A machine of the cluster, of this region or another. It is known by its address on the segment. */
export const KnownMachine = z.strictObject({
  mac: z.string().regex(MAC_PATTERN),
  name: z.string().min(1),
  zone: z.string().min(1),
  region: z.string().min(1),
  address: z.ipv4(),
});

export type KnownMachine = z.output<typeof KnownMachine>;

/** Whom a rule is about: all that is said must hold; nothing said: everybody. */
const Side = z.strictObject({
  machine: z.string().optional(),
  zone: z.string().optional(),
  region: z.string().optional(),
});

const LATENCY_MS_MAX = 60_000;

/** What befalls frames between two sides. Rules that fit the same two machines add up. */
export const Link = z.strictObject({
  between: z.tuple([Side, Side]),
  /** From the first to the second only. */
  oneWay: z.boolean().default(false),
  /** Of each direction. */
  latencyMs: z.number().min(0).max(LATENCY_MS_MAX).default(0),
  /** Latency varies by so much up and down; the order stays. */
  jitterMs: z.number().min(0).max(LATENCY_MS_MAX).default(0),
  /** The share of frames that are lost. */
  loss: z.number().min(0).max(1).default(0),
  isCut: z.boolean().default(false),
  rateMbits: z.number().positive().optional(),
});

export type Link = z.output<typeof Link>;
export type LinkInput = z.input<typeof Link>;

/** What happens to the frames of one machine on their way to another. */
export interface Effects {
  readonly latencyMs: number;
  readonly jitterMs: number;
  readonly loss: number;
  readonly isCut: boolean;
  readonly bitsPerMs: number | undefined;
}

/** A machine that nobody has named fits only what is about everybody. */
export type Party = Pick<KnownMachine, 'name' | 'zone' | 'region'> | undefined;

export function effectsBetween(links: readonly Link[], from: Party, to: Party): Effects {
  const fitting = links.filter((link) => fitsWay(link, from, to));
  const rates = fitting.flatMap(({ rateMbits }) => (rateMbits === undefined ? [] : [rateMbits * 1_000]));
  return {
    latencyMs: fitting.reduce((sum, { latencyMs }) => sum + latencyMs, 0),
    jitterMs: fitting.reduce((sum, { jitterMs }) => sum + jitterMs, 0),
    loss: 1 - fitting.reduce((kept, { loss }) => kept * (1 - loss), 1),
    isCut: fitting.some(({ isCut }) => isCut),
    bitsPerMs: rates.length === 0 ? undefined : Math.min(...rates),
  };
}

function fitsWay({ between: [first, second], oneWay }: Link, from: Party, to: Party): boolean {
  if (fitsSide(first, from) && fitsSide(second, to)) return true;
  return !oneWay && fitsSide(first, to) && fitsSide(second, from);
}

function fitsSide({ machine, zone, region }: z.output<typeof Side>, party: Party): boolean {
  return (
    (machine === undefined || machine === party?.name) &&
    (zone === undefined || zone === party?.zone) &&
    (region === undefined || region === party?.region)
  );
}
