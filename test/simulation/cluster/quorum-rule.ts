import type { IntentLedger } from '../intent-ledger.ts';
import type { Mirrored, Touched } from './mirror.ts';

const MACHINE_OF_MEMBER = /\.machine\.(?:control-plane|converged)-\d+$/;

interface Known {
  readonly ledger: IntentLedger;
  /** What there is, or was and can still be seen. */
  readonly objects: readonly Mirrored[];
}

/**
 * Who keeps the control plane's data is not ended by the program as long as those that are left would not be a majority of
 * what then are its members. What ends by itself is no doing of the program's, and counts as if it were still there.
 */
export function quorumLostBy(touched: Touched, { ledger, objects }: Known): string | undefined {
  const machine = endedNow(touched);
  const ended = machine === undefined ? undefined : memberOn(machine, ledger);
  if (machine === undefined || ended === undefined || ledger.purpose === 'delete') return undefined;
  const settled = settledBoxes(objects);
  if (!settled.has(boxOf(machine))) return undefined;
  const ready = objects.filter((one) => one.key !== machine.key && isStanding(one) && settled.has(boxOf(one)));
  const healthy = new Set(ready.flatMap((one) => memberOn(one, ledger) ?? []));
  // It has left before it goes; a single one has nobody to leave anything to.
  const left = membersIn(ledger).difference(healthy.has(ended) ? new Set() : new Set([ended])).size;
  if (left === 0 || healthy.size >= Math.floor(left / 2) + 1) return undefined;
  return `${ended} was ended with ${healthy.size} of ${left} other members ready`;
}

/** The machine whose end was asked for by this. */
function endedNow({ before, after }: Touched): Mirrored | undefined {
  return before !== undefined && isStanding(before) && after !== undefined && !isStanding(after) ? before : undefined;
}

/** The program has not asked for its end. */
function isStanding({ kind, value }: Mirrored): boolean {
  return kind === 'instance' && value['terminatedAtMs'] === undefined;
}

function membersIn({ intents }: IntentLedger): ReadonlySet<string> {
  const there = [...intents.values()].filter(({ address, isGone }) => !isGone && MACHINE_OF_MEMBER.test(address));
  return new Set(there.map(({ address }) => address));
}

function memberOn({ owner }: Mirrored, { intents }: IntentLedger): string | undefined {
  const address = intents.get(owner?.instanceId ?? '')?.address;
  return address !== undefined && MACHINE_OF_MEMBER.test(address) ? address : undefined;
}

function boxOf({ value }: Mirrored): string {
  return String(value['box']);
}

/** Boxes of machines whose node has been ready. */
function settledBoxes(objects: readonly Mirrored[]): ReadonlySet<string> {
  const boxes = objects.flatMap(({ kind, id }) => {
    const box = kind === 'current-version' ? /\/([^/]+)\/settled-[^/]+$/.exec(id)?.[1] : undefined;
    return box === undefined ? [] : [box];
  });
  return new Set(boxes);
}
