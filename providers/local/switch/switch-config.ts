import { join } from 'node:path';
import { z } from 'zod';
import { Link } from './links.ts';

const DNS_PORT = 53;
const port = z.int().min(0).max(65_535);

/** What a switch is started with: one for each region. */
export const SwitchConfig = z.strictObject({
  format: z.literal(1),
  region: z.string().min(1),
  /** Sockets: where machines plug in, and where the switch takes orders. */
  segment: z.string().min(1),
  control: z.string().min(1),
  /** Where it answers on the segment, as a host. */
  address: z.ipv4(),
  names: z.strictObject({
    domain: z.string().min(1),
    /** A file for each record, `*.json`. It is read again whenever it changes. */
    directory: z.string().min(1),
  }),
  /** A directory for each machine, of every region, with its description and its mark. Read again as well. */
  machines: z.string().min(1),
  /** Of the loopback address, where people ask for names; 0: any that is free. */
  dnsPort: port.default(0),
  /** Whom to ask for the names of others, `address` or `address:port`; none: those are refused. */
  resolvers: z.array(z.string().regex(/^\d+(?:\.\d+){3}(?::\d+)?$/)).default([]),
  /** The same seed loses the same frames again. */
  seed: z.int().min(0).default(0),
  /** To the switches of the other regions: of each two, one listens and one connects. */
  trunks: z
    .array(z.strictObject({ region: z.string(), path: z.string(), side: z.enum(['listen', 'connect']) }))
    .default([]),
});

export type SwitchConfig = Readonly<z.output<typeof SwitchConfig>>;
export type SwitchConfigInput = Readonly<z.input<typeof SwitchConfig>>;

/** Written by the switch itself when it takes frames and orders. */
export const SwitchState = z.strictObject({
  format: z.literal(1),
  pid: z.int().positive(),
  /** Tells it from a later process with its number. */
  start: z.string(),
  region: z.string(),
  dnsPort: port,
});

export type SwitchState = Readonly<z.output<typeof SwitchState>>;

/** Rules outlive the switch. */
export const LinksFile = z.strictObject({ format: z.literal(1), links: z.array(Link) });

export interface SwitchPlaces {
  readonly config: string;
  readonly state: string;
  readonly links: string;
  readonly log: string;
}

export function switchPlaces(directory: string): SwitchPlaces {
  return {
    config: join(directory, 'switch.json'),
    state: join(directory, 'switch-state.json'),
    links: join(directory, 'links.json'),
    log: join(directory, 'switch.log'),
  };
}

export function parseResolver(text: string): { readonly address: string; readonly port: number } {
  const [address = '', number] = text.split(':');
  return { address, port: number === undefined ? DNS_PORT : Number(number) };
}
