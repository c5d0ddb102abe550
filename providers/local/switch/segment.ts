import type { Clock } from '#std/clock.ts';
import { AddressTable } from './address-table.ts';
import { LENGTH_BYTES, type WireFrame } from './frame-codec.ts';
import type { Sender } from './gate.ts';
import { effectsBetween, type KnownMachine, type Link } from './links.ts';
import { isGroupMac, type Mac, parseMac, readMac } from './mac-address.ts';
import { Path } from './path.ts';
import { addTally, emptyTally, Port, type PortEnd, type Tally } from './port.ts';
import { SeededChance } from './seeded-chance.ts';

const HEADER_BYTES = 14;
const TO = LENGTH_BYTES;
const FROM = LENGTH_BYTES + 6;

export type SegmentEvent =
  | { readonly type: 'machine-found'; readonly machine: KnownMachine }
  | { readonly type: 'machine-gone'; readonly machine: KnownMachine }
  | { readonly type: 'stuck' | 'free'; readonly port: Port };

interface SegmentOptions {
  readonly clock: Clock;
  /** The same seed loses the same frames again. */
  readonly seed: number;
  readonly tell?: ((event: SegmentEvent) => void) | undefined;
}

export interface MachineStatus extends KnownMachine, Tally {
  readonly isConnected: boolean;
  /** Not yet taken by the machine. */
  readonly bytesWaiting: number;
  /** It has sent more than others take, and waits. */
  readonly isWaiting: boolean;
  readonly isStuck: boolean;
}

/**
 * One Ethernet segment: a frame goes where its receiver was last seen, or everywhere else. Rules act where a frame is
 * delivered to a machine: exactly once, also on its way through the switches of two regions.
 */
export class Segment {
  readonly #options: SegmentOptions;
  readonly #ports = new Set<Port>();
  readonly #table = new AddressTable();
  /** What machines did at ports that they no longer have. */
  readonly #earlier = new Map<Mac, Tally>();
  #machines: ReadonlyMap<Mac, KnownMachine> = new Map();
  #links: readonly Link[] = [];

  constructor(options: SegmentOptions) {
    this.#options = options;
  }

  get links(): readonly Link[] {
    return this.#links;
  }

  attach(end: PortEnd): Port {
    const { clock, tell } = this.#options;
    const port: Port = new Port({
      end,
      clock,
      onStuck: (isStuck) => tell?.({ type: isStuck ? 'stuck' : 'free', port }),
    });
    this.#ports.add(port);
    return port;
  }

  detach(port: Port): void {
    if (!this.#ports.delete(port)) return;
    this.#table.forget(port);
    port.close();
    const { machine } = port;
    if (machine === undefined) return;
    this.#keepTally(machine, port.tally);
    this.#options.tell?.({ type: 'machine-gone', machine });
  }

  /** In the place of those who were known before. */
  know(machines: readonly KnownMachine[]): void {
    this.#machines = new Map(machines.map((machine) => [parseMac(machine.mac), machine]));
    for (const port of this.#ports) {
      if (port.machine !== undefined) port.machine = this.#machines.get(parseMac(port.machine.mac));
      for (const mac of this.#table.at(port)) this.#recognise(mac, port);
    }
    this.#applyRules();
  }

  /** In the place of those that held before. */
  setLinks(links: readonly Link[]): void {
    this.#links = links;
    this.#applyRules();
  }

  receive(port: Port, frames: readonly WireFrame[]): void {
    const nowMs = this.#options.clock.monotonicMs();
    for (const frame of frames) this.#receiveOne(port, frame, nowMs);
  }

  status(): readonly MachineStatus[] {
    const ports = new Map([...this.#ports].map((port) => [port.machine?.mac, port]));
    return [...this.#machines].map(([mac, machine]) => {
      const port = ports.get(machine.mac);
      const tally = { ...(this.#earlier.get(mac) ?? emptyTally()) };
      if (port !== undefined) addTally(tally, port.tally);
      return {
        ...machine,
        ...tally,
        isConnected: port !== undefined,
        bytesWaiting: port?.outlet.bytes ?? 0,
        isWaiting: port?.isWaiting ?? false,
        isStuck: port?.outlet.isStuck ?? false,
      };
    });
  }

  /** How many machines are connected that have said nothing yet, or are not on the list. */
  get strangers(): number {
    return [...this.#ports].filter(({ kind, machine }) => kind === 'machine' && machine === undefined).length;
  }

  #receiveOne(port: Port, frame: WireFrame, nowMs: number): void {
    if (frame.length < LENGTH_BYTES + HEADER_BYTES) {
      port.tally.malformed += 1;
      return;
    }
    port.tally.framesReceived += 1;
    port.tally.bytesReceived += frame.length;
    const [from, to] = [readMac(frame, FROM), readMac(frame, TO)];
    if (!isGroupMac(from) && this.#table.learn(from, port, nowMs)) this.#recognise(from, port);
    const target = isGroupMac(to) ? undefined : this.#table.find(to, nowMs);
    if (target === undefined) {
      for (const other of this.#ports) this.#pass(frame, from, port, other);
    } else {
      this.#pass(frame, from, port, target);
    }
  }

  #pass(frame: WireFrame, from: Mac, source: Port, target: Port): void {
    if (source === target) return;
    // Every switch has a trunk to every other, so what came by one has been everywhere by trunk.
    if (source.kind === 'trunk' && target.kind === 'trunk') return;
    const path = source.kind === 'station' ? undefined : this.#pathTo(target, from);
    if (path === undefined) target.put(frame, source);
    else path.take(frame, source);
  }

  #pathTo(target: Port, from: Mac): Path | undefined {
    if (target.kind !== 'machine') return undefined;
    const path = target.paths.get(from);
    if (path !== undefined || this.#links.length === 0) return path;
    const added = new Path({
      clock: this.#options.clock,
      chance: new SeededChance(this.#options.seed, from, parseMac(target.machine?.mac ?? '00:00:00:00:00:00')),
      effects: effectsBetween(this.#links, this.#machines.get(from), target.machine),
      arrive: (frame: WireFrame, sender: Sender) => target.put(frame, sender),
      lose(how) {
        target.tally[how] += 1;
      },
    });
    target.paths.set(from, added);
    return added;
  }

  /** A port is that of the first machine of the list that is heard there. */
  #recognise(mac: Mac, port: Port): void {
    const machine = this.#machines.get(mac);
    if (port.kind !== 'machine' || machine === undefined || port.machine !== undefined) return;
    this.#leaveEarlierPort(machine);
    port.machine = machine;
    this.#applyRulesTo(port);
    this.#options.tell?.({ type: 'machine-found', machine });
  }

  /** It has come back before its old connection was seen to end. */
  #leaveEarlierPort(machine: KnownMachine): void {
    for (const port of this.#ports) {
      if (port.machine?.mac !== machine.mac) continue;
      this.#keepTally(machine, port.tally);
      port.machine = undefined;
      port.tally = emptyTally();
    }
  }

  #keepTally({ mac }: KnownMachine, tally: Tally): void {
    const kept = this.#earlier.get(parseMac(mac)) ?? emptyTally();
    addTally(kept, tally);
    this.#earlier.set(parseMac(mac), kept);
  }

  #applyRules(): void {
    for (const port of this.#ports) this.#applyRulesTo(port);
  }

  #applyRulesTo(port: Port): void {
    for (const [from, path] of port.paths) {
      path.effects = effectsBetween(this.#links, this.#machines.get(from), port.machine);
    }
  }
}
