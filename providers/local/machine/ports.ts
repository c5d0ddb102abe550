import { CallError } from '#engine/call.ts';
import { sha256Hex } from '#std/hash.ts';
import { lease } from '../leases.ts';
import type { LocalSession } from '../local-session.ts';

/** Below those that systems give to connections by themselves, above those that well-known programs listen on. */
const FIRST = 20_000;
const COUNT = 10_000;

interface Wanted {
  readonly holder: string;
  readonly guestPort: number;
  /** Those that something else on this workstation has. */
  readonly unless: readonly number[];
}

/** A port of the workstation that leads to one of a machine: for as long as the machine is there. */
export async function leasePort({ world, places }: LocalSession, wanted: Wanted): Promise<number> {
  const { holder, guestPort, unless } = wanted;
  const start = Number.parseInt(sha256Hex(`${holder} ${guestPort}`).slice(0, 8), 16) % COUNT;
  async function* candidates(): AsyncGenerator<string> {
    for (let index = 0; index < COUNT; index += 1) {
      const port = FIRST + ((start + index) % COUNT);
      if (!unless.includes(port) && (await world.sockets.isFree(port))) yield String(port);
    }
  }
  // Who has it and for what: a machine has several.
  const port = await lease(world, places.ports, { holder: `${holder} ${guestPort}`, among: candidates() });
  if (port !== undefined) return Number(port);
  const message = `All ports of this workstation from ${FIRST} to ${FIRST + COUNT - 1} are taken.`;
  throw new CallError({ outcome: 'rejected', reason: 'quota', message });
}
