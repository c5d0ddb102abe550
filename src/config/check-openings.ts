import { isInside, LOOPBACK, parseCidr } from './cidr.ts';
import type { Opening } from './cluster-file.ts';
import type { Draft } from './draft.ts';
import { type Flaw, pathOf } from './finding.ts';

const OPEN = 'network.open';
/** Each is a rule of its own, of which AWS takes so many around a machine that a few are left. */
const SOURCES_MAX = 50;
/** Each is a port of the workstation for each machine. */
const LOCAL_PORTS_MAX = 50;

interface OtherPurpose {
  readonly port: number;
  readonly protocol: Opening['protocol'];
  readonly what: string;
}

const OTHER_PURPOSES: readonly OtherPurpose[] = [
  { port: 22, protocol: 'tcp', what: 'for SSH, open to whom access.from says' },
  { port: 6_443, protocol: 'tcp', what: 'for the Kubernetes API, open to whom access.from says' },
  { port: 80, protocol: 'tcp', what: 'for the sites, open to everybody' },
  { port: 443, protocol: 'tcp', what: 'for the sites, open to everybody' },
  { port: 51_820, protocol: 'udp', what: 'for the machines among themselves' },
];

/** Whether the ports can be opened, and are nobody else's. */
export function checkOpenings(draft: Draft): void {
  const { spec, findings } = draft;
  const { open } = spec.network;
  if (open === undefined || !findings.isSound(OPEN)) return;
  for (const [index, opening] of open.entries()) {
    const path = pathOf(OPEN, index);
    const flaw = rangeFlaw(opening) ?? purposeFlaw(opening) ?? repetition(open, index);
    if (flaw !== undefined) findings.add(pathOf(path, 'port'), flaw);
    else if (spec.provider === 'local') checkAtWorkstation(draft, index);
    else if (spec.network.balancer) checkBehindBalancer(draft, opening, path);
  }
  checkNumber(draft, open);
}

function rangeFlaw({ port, through }: Opening): Flaw | undefined {
  if (port <= through) return undefined;
  return { code: 'config.out-of-range', what: `There are no ports from ${port} through ${through}.` };
}

function purposeFlaw({ port, through, protocol }: Opening): Flaw | undefined {
  const other = OTHER_PURPOSES.find(
    (purpose) => purpose.protocol === protocol && port <= purpose.port && purpose.port <= through,
  );
  if (other === undefined) return undefined;
  const what = `Port ${other.port} of ${protocol.toUpperCase()} is ${other.what}.`;
  return { code: 'config.port-taken', what, instead: 'Leave it out.' };
}

function repetition(open: readonly Opening[], index: number): Flaw | undefined {
  const opening = open[index];
  const first = open.findIndex((other) => opening !== undefined && areShared(opening, other));
  if (first === index) return undefined;
  const what = `A port of it already stands at place ${first + 1} of the list.`;
  const instead = 'Write a port once, with all ranges of addresses from which it is reached.';
  return { code: 'config.duplicate-entry', what, instead };
}

function areShared(left: Opening, right: Opening): boolean {
  return left.protocol === right.protocol && left.port <= right.through && right.port <= left.through;
}

function checkAtWorkstation({ written, findings }: Draft, place: number): void {
  const path = pathOf(OPEN, place);
  const { protocol, from = [] } = written.network?.open?.[place] ?? {};
  if (protocol === 'udp') {
    const what = 'A workstation leads to its machines by TCP alone.';
    findings.add(pathOf(path, 'protocol'), { code: 'config.provider-lacks', what, instead: 'Take it out.' });
  }
  for (const [index, range] of from.entries()) {
    if (isInside(parseCidr(range), LOOPBACK)) continue;
    const what = `Machines of a workstation are reached from itself alone, not from ${range}.`;
    const instead = 'Write from: [127.0.0.1/32], or leave from out.';
    findings.add(pathOf(pathOf(path, 'from'), index), { code: 'config.provider-lacks', what, instead });
  }
}

function checkBehindBalancer({ findings }: Draft, { port, through, protocol }: Opening, path: string): void {
  if (protocol === 'tcp' && port === through) return;
  const what = 'The balancer leads single ports of TCP to the machines.';
  const instead = 'Write each port of TCP by itself, or balancer: false.';
  const key = protocol === 'tcp' ? 'through' : 'protocol';
  findings.add(pathOf(path, key), { code: 'config.provider-lacks', what, instead });
}

function checkNumber({ spec, findings }: Draft, open: readonly Opening[]): void {
  const isLocal = spec.provider === 'local';
  const { balancer } = spec.network;
  const ofOne = ({ port, through, from }: Opening) => (isLocal ? through - port + 1 : from.length + (balancer ? 1 : 0));
  const count = open.reduce((sum, opening) => sum + ofOne(opening), 0);
  const max = isLocal ? LOCAL_PORTS_MAX : SOURCES_MAX;
  if (count <= max) return;
  const ranges = `ranges of addresses, counted for each entry${balancer ? ', with the balancer as one more' : ''}`;
  const things = isLocal ? 'ports of each machine' : ranges;
  findings.add(OPEN, {
    code: 'config.out-of-range',
    what: `There are ${count} ${things}; at most ${max} are possible.`,
  });
}
