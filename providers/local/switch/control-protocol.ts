import { z } from 'zod';
import { KnownMachine, Link } from './links.ts';

/** One line of JSON each way, on a connection of its own or one after the other. */
export const ControlRequest = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('status') }),
  z.strictObject({ do: z.literal('set-links'), links: z.array(Link) }),
  z.strictObject({ do: z.literal('reload') }),
  z.strictObject({ do: z.literal('stop') }),
]);

export type ControlRequest = z.output<typeof ControlRequest>;
export type ControlRequestInput = z.input<typeof ControlRequest>;

const count = z.int().min(0);

const MachineStatus = KnownMachine.extend({
  isConnected: z.boolean(),
  bytesWaiting: count,
  isWaiting: z.boolean(),
  isStuck: z.boolean(),
  framesReceived: count,
  bytesReceived: count,
  malformed: count,
  framesSent: count,
  bytesSent: count,
  lost: count,
  cut: count,
  dropped: count,
});

export const SwitchStatus = z.strictObject({
  region: z.string(),
  pid: z.int(),
  dnsPort: z.int(),
  /** Every machine of the list, connected or not. */
  machines: z.array(MachineStatus),
  /** Connections of which nobody knows yet whose they are. */
  strangers: count,
  /** How many names it answers for. */
  records: count,
  links: z.array(Link),
  trunks: z.array(z.strictObject({ region: z.string(), isConnected: z.boolean() })),
});

export type SwitchStatus = Readonly<z.output<typeof SwitchStatus>>;

/** Every order is answered with how things are after it. */
export const ControlAnswer = z.discriminatedUnion('ok', [
  z.strictObject({ ok: z.literal(true), status: SwitchStatus }),
  z.strictObject({ ok: z.literal(false), reason: z.string() }),
]);

export type ControlAnswer = z.output<typeof ControlAnswer>;

export const LINE_LENGTH_MAX = 1024 * 1024;
