import { type Cidr, formatCidr, isPrivate, isPublic, overlap, parseCidr, sizeOf } from './cidr.ts';
import type { ClusterSpec } from './cluster-file.ts';
import type { Draft } from './draft.ts';
import { pathOf } from './finding.ts';
import { machinesPerZone, slotsNeeded } from './node-slots.ts';

type RangeName = 'machines' | 'overlay' | 'pods' | 'services';

const RANGE_NAMES: readonly RangeName[] = ['machines', 'overlay', 'pods', 'services'];
/** From the largest to the smallest range, by the length of their prefix. */
const PREFIXES: Readonly<Record<RangeName, readonly [number, number]>> = {
  // The largest network at AWS, and one whose zones are as small as a subnet may be.
  machines: [16, 25],
  overlay: [8, 30],
  pods: [8, 24],
  // Kubernetes allows twenty bits of services.
  services: [12, 24],
};
const ZONES_IN_A_NETWORK = 8;
/** In every subnet the provider keeps these for itself. */
const RESERVED_IN_A_SUBNET = 5;
const PODS_OF_A_NODE = 256;

/** Whether the ranges are ours to use, apart from one another, and large enough. */
export function checkNetwork(draft: Draft): void {
  for (const name of RANGE_NAMES) checkRange(draft, name);
  for (const [index, left] of RANGE_NAMES.entries()) {
    for (const right of RANGE_NAMES.slice(index + 1)) checkPair(draft, left, right);
  }
  if (draft.findings.isSound('nodes')) for (const name of RANGE_NAMES) checkRoom(draft, name);
}

/** Whether the operator can still come in. */
export function checkAccess({ written, spec, findings }: Draft): void {
  // What a workstation opens, and to whom, is judged with all else that it is.
  if (spec.provider === 'local') return;
  if (written.access?.from === undefined || !findings.isSound('access.from')) return;
  const { from } = spec.access;
  if (!from.some((range) => isPublic(parseCidr(range)))) {
    const what = from.length === 0 ? 'Nobody is let in.' : 'No range here has an address of the Internet.';
    const instead = 'Add the public address that you come from, like 203.0.113.7/32.';
    return findings.add('access.from', { code: 'config.locked-out', what, instead });
  }
  const everywhere = from.findIndex((range) => parseCidr(range).prefix === 0);
  if (everywhere === -1) return;
  const what = 'SSH and the Kubernetes API are open to the whole Internet.';
  const instead = 'Name where you come from, like access: { from: [203.0.113.7/32] }.';
  findings.add(pathOf('access.from', everywhere), { code: 'config.access-open', what, instead });
}

function checkRange({ spec, findings }: Draft, name: RangeName): void {
  const path = `network.${name}`;
  if (!findings.isSound(path)) return;
  const cidr = parseCidr(spec.network[name]);
  const [shortest, longest] = PREFIXES[name];
  if (!isPrivate(cidr)) {
    const instead = 'Take a range in 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10.';
    findings.add(path, { code: 'config.cidr-not-private', what: `${formatCidr(cidr)} is not private.`, instead });
  } else if (cidr.prefix < shortest) {
    findings.add(path, {
      code: 'config.cidr-too-large',
      what: `${name} may be /${shortest} at most, not /${cidr.prefix}.`,
    });
  } else if (cidr.prefix > longest) {
    findings.add(path, {
      code: 'config.cidr-too-small',
      what: `${name} must be /${longest} at least, not /${cidr.prefix}.`,
    });
  }
}

function checkPair({ written, spec, findings }: Draft, left: RangeName, right: RangeName): void {
  if (!findings.isSound(`network.${left}`) || !findings.isSound(`network.${right}`)) return;
  if (!overlap(parseCidr(spec.network[left]), parseCidr(spec.network[right]))) return;
  const isDefault = (name: RangeName): boolean => written.network?.[name] === undefined;
  const [here, there] = isDefault(right) ? [left, right] : [right, left];
  const origin = isDefault(there) ? ' by default' : '';
  const relation = relationOf(parseCidr(spec.network[here]), parseCidr(spec.network[there]));
  const what = `${spec.network[here]} ${relation} ${there}, which is ${spec.network[there]}${origin}.`;
  findings.add(`network.${here}`, { code: 'config.cidr-overlap', what });
}

/** Of two ranges that overlap one is in the other. */
function relationOf(left: Cidr, right: Cidr): string {
  if (left.prefix === right.prefix) return 'is the same as';
  return left.prefix > right.prefix ? 'is a part of' : 'includes';
}

function checkRoom({ written, spec, findings }: Draft, name: RangeName): void {
  const path = `network.${name}`;
  if (!findings.isSound(path) || !findings.isSound('zones')) return;
  const cidr = parseCidr(spec.network[name]);
  const { unit, need, taken } = roomFor(name, spec);
  const room = sizeOf(cidr) / unit - taken;
  if (need <= room) return;
  const what = `${formatCidr(cidr)} has room for ${room} ${name === 'machines' ? 'machines in each zone' : NODES}; up to ${need} are needed.`;
  const prefix = 32 - Math.ceil(Math.log2((need + taken) * unit));
  const instead = `Write a network.${name} of /${prefix} or larger.`;
  // Without a range in the file it is the nodes that ask for too much.
  const isWritten = written.network?.[name] !== undefined;
  const flaw = { code: 'config.cidr-too-small', what, instead } as const;
  findings.add(isWritten ? path : 'nodes', flaw, isWritten ? 'value' : 'key');
}

const NODES = 'nodes, counting the numbers set aside for each role';

/** How many addresses make one unit, how many units are needed, and how many the provider or we keep. */
function roomFor(
  name: RangeName,
  spec: ClusterSpec,
): { readonly unit: number; readonly need: number; readonly taken: number } {
  switch (name) {
    case 'machines':
      return { unit: ZONES_IN_A_NETWORK, need: machinesPerZone(spec), taken: RESERVED_IN_A_SUBNET };
    case 'overlay':
      return { unit: 1, need: slotsNeeded(spec), taken: 1 };
    case 'pods':
      return { unit: PODS_OF_A_NODE, need: slotsNeeded(spec), taken: 0 };
    case 'services':
      return { unit: 1, need: 0, taken: 0 };
  }
}
