import { isInside, LOOPBACK, overlap, parseCidr } from './cidr.ts';
import type { Draft } from './draft.ts';
import { pathOf } from './finding.ts';
import type { PartialFile } from './written-file.ts';

/** Something that clouds have and a workstation does not. */
interface Lack {
  readonly path: string;
  /** Whether the file asks for it; what only says that it is not wanted does no harm. */
  readonly isWanted: (written: PartialFile) => boolean;
  readonly what: string;
}

const LACKS: readonly Lack[] = [
  {
    path: 'network.topology',
    isWanted: ({ network }) => network?.topology === 'private',
    what: 'Machines of a workstation are only reached from it anyway: there is no private network with gateways.',
  },
  {
    path: 'network.nat',
    isWanted: ({ network }) => network?.nat !== undefined,
    what: 'Machines of a workstation go out through it: there are no NAT gateways.',
  },
  {
    path: 'network.balancer',
    isWanted: ({ network }) => network?.balancer === true,
    what: 'A workstation has no load balancer.',
  },
  {
    path: 'network.addresses',
    isWanted: ({ network }) => network?.addresses !== undefined,
    what: 'A workstation has no public addresses to give away.',
  },
  {
    path: 'network.existing',
    isWanted: ({ network }) => network?.existing !== undefined,
    what: 'A workstation has no networks of machines but those of its clusters.',
  },
  {
    path: 'dns.zone',
    isWanted: ({ dns }) => dns?.zone === 'existing' || dns?.zone === 'private',
    what: 'On a workstation the names are served by the cluster itself: there is no other zone.',
  },
  {
    path: 'nodes.worker.spot',
    isWanted: ({ nodes }) => nodes?.worker?.spot === true,
    what: 'A workstation does not take machines back, and has no price for them.',
  },
];

/** What is written for machines of this workstation and would be ignored silently. */
export function checkLocal(draft: Draft): void {
  const { written, spec, findings } = draft;
  if (spec.provider !== 'local') return;
  for (const { path, isWanted, what } of LACKS) {
    if (!isWanted(written) || !findings.isSound(path)) continue;
    findings.add(path, { code: 'config.provider-lacks', what, instead: 'Take it out.' });
  }
  checkEntrance(draft);
  checkWayOut(draft);
}

/** QEMU's own network, by which each machine goes out and finds its mailbox. */
const WAY_OUT = '10.0.2.0/24';
const RANGES = ['machines', 'overlay', 'pods', 'services'] as const;

function checkWayOut({ spec, findings }: Draft): void {
  for (const name of RANGES) {
    const path = `network.${name}`;
    if (!findings.isSound(path) || !overlap(parseCidr(spec.network[name]), parseCidr(WAY_OUT))) continue;
    const what = `${spec.network[name]} overlaps ${WAY_OUT}, by which machines of a workstation go out.`;
    findings.add(path, { code: 'config.cidr-overlap', what, instead: 'Take another range, like 10.20.0.0/16.' });
  }
}

/** Ports of the loopback address lead to the machines: nobody else has a way to them. */
function checkEntrance({ written, spec, findings }: Draft): void {
  if (written.access?.from === undefined || !findings.isSound('access.from')) return;
  const { from } = spec.access;
  const instead = 'Write access: { from: [127.0.0.1/32] }, or leave from out.';
  if (from.length === 0) return findings.add('access.from', { code: 'config.locked-out', what: NOBODY, instead });
  for (const [index, range] of from.entries()) {
    if (isInside(parseCidr(range), LOOPBACK)) continue;
    const what = `Machines of a workstation are reached from itself alone, not from ${range}.`;
    findings.add(pathOf('access.from', index), { code: 'config.provider-lacks', what, instead });
  }
}

const NOBODY = 'Nobody is let in.';
