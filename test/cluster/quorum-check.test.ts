import { expect, test } from 'vitest';
import { lookAtQuorum } from '#cluster/quorum-check.ts';
import { parseAddress, parseClusterUid, parseInstanceId } from '#engine/address.ts';
import type { Because, UpwardChange } from '#engine/change.ts';
import { ClusterState } from '#engine/cluster-state.ts';
import type { ReadyRecord } from '#engine/record.ts';

const LONE = parseAddress('eu-west-3.machine.converged-1');
const ID = parseInstanceId('a'.repeat(32));

function machine(name: string, action: 'keep' | 'create' | 'replace', because: Because): UpwardChange {
  const address = parseAddress(`eu-west-3.machine.${name}`);
  const declaration = { address, kind: 'machine', inputs: {}, dependsOn: [], retain: false, turn: 'control-plane' };
  const base = { address, kind: 'machine', declaration, because };
  if (action === 'create') return { ...base, action };
  if (action === 'keep') return { ...base, action, instanceId: ID };
  return { ...base, action, instanceId: ID, order: 'create-first', old: 'destroy' };
}

/** A node that was ready on the machine. */
const NODE: ReadyRecord = {
  address: parseAddress('eu-west-3.node.converged-1'),
  kind: 'node',
  instanceId: ID,
  incarnation: 1,
  inputs: {},
  dependsOn: [LONE],
  within: LONE,
  retain: false,
  deposed: false,
  problem: undefined,
  status: 'ready',
  outputs: {},
  readyAtMs: 0,
};

const CHANGED: Because = { reason: 'inputs-changed', inputs: ['imageId'] };

function look(changes: readonly UpwardChange[], node: ReadyRecord | undefined = NODE) {
  const records = node === undefined ? [] : [node];
  const document = { cluster: parseClusterUid('benchbench'), records, nextIncarnation: 2, released: [] };
  return lookAtQuorum({ changes }, ClusterState.restore({ ...document, tombstone: false }, 1));
}

test.each<[why: string, because: Because]>([
  ['its file says another one', CHANGED],
  ['what it is made of changes', { reason: 'dependency-changes', inputs: ['imageId'] }],
])('the only machine of a control plane is not replaced because %s', (_why, because) => {
  const [finding, ...more] = look([machine('converged-1', 'replace', because)]);
  expect([finding?.check, finding?.verdict, more]).toEqual(['quorum', 'bad', []]);
});

test.each<[who: string, changes: readonly UpwardChange[], node?: ReadyRecord]>([
  ['stays', [machine('converged-1', 'keep', { reason: 'unchanged' })]],
  ['is broken', [machine('converged-1', 'replace', { reason: 'broken', detail: 'It ended.' })]],
  ['never became a node', [machine('converged-1', 'replace', CHANGED)], { ...NODE, deposed: true }],
  [
    'has others beside it',
    [machine('converged-1', 'replace', CHANGED), machine('converged-2', 'create', { reason: 'declared' })],
  ],
])('nothing is said of one that %s', (_who, changes, node) => {
  expect(look(changes, node)).toEqual([]);
});
