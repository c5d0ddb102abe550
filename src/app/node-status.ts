import { publicAddressOf } from '#cluster/machine-address.ts';
import type { Demand } from '#cluster/roles.ts';
import { type Member, rosterOf } from '#cluster/roster.ts';
import type { ClusterSpec } from '#config/cluster-file.ts';
import { type Address, parseAddress } from '#engine/address.ts';
import type { ResourceRecord, Snapshot } from '#engine/record.ts';
import type { NodeStatus } from './app.ts';

export interface NodesSeen {
  readonly spec: ClusterSpec;
  readonly demand: Demand;
  readonly snapshot: Snapshot;
  /** The last that was heard of a resource that is awaited. */
  readonly lastWaiting: (address: Address) => Waiting | undefined;
}

export interface Waiting {
  readonly waitingFor: string;
  readonly progress: NodeStatus['progress'];
}

/** Every node that is wanted, and how far it is. */
export function nodeStatuses(seen: NodesSeen): readonly NodeStatus[] {
  return rosterOf(seen.spec, seen.demand).map((member) => statusOf(seen, member));
}

function machineAddress(region: string, name: string): Address {
  return parseAddress(`${region}.machine.${name}`);
}

/**
 * | node record | machine record | the node is            |
 * |-------------|----------------|------------------------|
 * | ready       | any            | ready                  |
 * | with a problem | any         | failed                 |
 * | open, or none | with a problem | failed              |
 * | open        | any            | starting               |
 * | none        | there          | starting               |
 * | none        | none           | missing                |
 */
function statusOf({ spec, snapshot, lastWaiting }: NodesSeen, { name, role, zones }: Member): NodeStatus {
  const nodeAddress = parseAddress(`${spec.region}.node.${name}`);
  const machine = snapshot.current(machineAddress(spec.region, name));
  const node = snapshot.current(nodeAddress);
  const zone = outputOf(machine, 'zone') ?? zones[0] ?? '';
  const address = publicAddressOf(snapshot, spec.region, name);
  const known = { name, role, region: spec.region, zone, address, progress: undefined };
  if (node?.status === 'ready') return { ...known, state: 'ready', detail: 'ready' };
  const trouble = node?.problem ?? machine?.problem;
  if (trouble !== undefined) return { ...known, state: 'failed', detail: trouble.detail };
  if (machine === undefined) return { ...known, state: 'missing', detail: 'not begun' };
  return { ...known, state: 'starting', ...heardOf(machine, lastWaiting(nodeAddress) ?? lastWaiting(machine.address)) };
}

function heardOf(machine: ResourceRecord, waiting: Waiting | undefined): Pick<NodeStatus, 'progress' | 'detail'> {
  if (waiting === undefined) return { progress: undefined, detail: `its machine is ${machine.status}` };
  return { progress: waiting.progress, detail: `waiting for ${waiting.waitingFor}` };
}

function outputOf(record: ResourceRecord | undefined, name: string): string | undefined {
  const outputs = record?.outputs;
  const value: unknown = typeof outputs === 'object' && outputs !== null ? Reflect.get(outputs, name) : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
}
