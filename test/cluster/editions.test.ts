import { expect, test } from 'vitest';
import type { AssetOrder } from '#cluster/assets.ts';
import { breaksToEnd } from '#cluster/breaks.ts';
import { editionsIn } from '#cluster/editions.ts';
import { deriveInstanceId, parseAddress, parseClusterUid } from '#engine/address.ts';
import { ClusterState } from '#engine/cluster-state.ts';
import { sha256Hex } from '#std/hash.ts';

const UID = parseClusterUid('clusterclustercluster');

function order(name: string, version: string): AssetOrder {
  const sha256 = sha256Hex(`${name} ${version}`);
  return { name, version, sha256, form: 'program', from: `/srv/assets/${sha256}` };
}

const [OLD, NEW] = ['1.35.2', '1.36.0'].map((version) => order('kubelet', version));
const LOCKED = order('etcd', '3.6.0');

/** What a state has of nodes and assets, as the journal would have written it. */
class State {
  readonly snapshot = new ClusterState(UID);
  #incarnation = 0;

  ready(name: string, kind: string, inputs: object, outputs: object = {}): this {
    return this.begin(name, kind, inputs).end(name, outputs);
  }

  begin(name: string, kind: string, inputs: object): this {
    const address = parseAddress(name);
    const known = this.snapshot.current(address);
    const placed = { inputs, dependsOn: [], within: undefined, retain: false };
    if (known !== undefined) {
      this.snapshot.fold({ type: 'update', instanceId: known.instanceId, ...placed });
      return this;
    }
    this.#incarnation += 1;
    const incarnation = this.#incarnation;
    const instanceId = deriveInstanceId(UID, address, incarnation);
    const created = { address, kind, instanceId, incarnation, variant: '', attempt: 1, ...placed };
    this.snapshot.fold({ type: 'create', ...created });
    return this;
  }

  end(name: string, outputs: object): this {
    const record = this.snapshot.current(parseAddress(name));
    if (record === undefined) throw new RangeError(`There is no ${name}.`);
    this.snapshot.fold({ type: 'ready', instanceId: record.instanceId, outputs, atMs: 0 });
    return this;
  }

  shelve(...orders: readonly AssetOrder[]): this {
    for (const one of orders) {
      const taken = this.snapshot.current(parseAddress(`asset.${one.name}`));
      const address = taken === undefined ? `asset.${one.name}` : `asset.${one.name}.${one.sha256.slice(0, 8)}`;
      this.ready(address, 'asset', one, { sha256: one.sha256 });
    }
    return this;
  }

  /** It was told by so many updates, and has confirmed the one before, or that one. */
  node(name: string, told: AssetOrder, updates = 0, confirmed?: AssetOrder): this {
    const [role] = name.split(/-\d+$/);
    const { sha256, form } = told;
    const assets = [{ name: told.name, sha256, form }];
    const inputs = { name, region: 'eu-west-3', role, stages: ['kubelet'], assets, updates };
    const runs = { [told.name]: (confirmed ?? told).sha256 };
    this.ready(`eu-west-3.node.${name}`, 'node', inputs, {
      runs,
      updates: confirmed === undefined ? updates : updates - 1,
    });
    if (confirmed !== undefined) this.begin(`eu-west-3.node.${name}`, 'node', inputs);
    return this;
  }
}

function given(found = OLD, other = NEW): readonly [AssetOrder, AssetOrder] {
  if (found === undefined || other === undefined) throw new RangeError('There are two.');
  return [found, other];
}
const [old, next] = given();

const named = (orders: readonly AssetOrder[]) => orders.map(({ name, version }) => `${name} ${version ?? ''}`);

test('before there is any node the lock counts', () => {
  const { inForce, shelved, nodes } = editionsIn(new State().snapshot, [next, LOCKED]);
  expect([inForce, shelved.map(({ address }) => address), nodes.size]).toEqual([
    [next, LOCKED],
    ['asset.kubelet', 'asset.etcd'],
    0,
  ]);
});

test('nodes that are there keep what they were told, and one that comes is given what they have', () => {
  const { snapshot } = new State().shelve(old).node('control-plane-1', old).node('worker-1', old);
  const { inForce, shelved, nodes } = editionsIn(snapshot, [next, LOCKED]);
  expect(named(inForce)).toEqual(['kubelet 1.35.2', 'etcd 3.6.0']);
  expect([...nodes.values()].map(({ assets, updates }) => [named(assets), updates])).toEqual([
    [['kubelet 1.35.2'], 0],
    [['kubelet 1.35.2'], 0],
  ]);
  expect(shelved.map(({ address, version }) => `${address ?? ''} ${version ?? ''}`)).toEqual([
    'asset.kubelet 1.35.2',
    'asset.etcd 3.6.0',
  ]);
});

test('in the middle of an upgrade one that comes is not ahead of the node that an upgrade comes to last', () => {
  const { snapshot } = new State()
    .shelve(old, next)
    .node('worker-1', old)
    .node('control-plane-2', next, 1)
    .node('control-plane-1', next, 1);
  expect(named(editionsIn(snapshot, [next]).inForce)).toEqual(['kubelet 1.35.2']);
});

test("what an awaited node was told is nobody else's yet, and what it ran stays on the shelf: it may have to go back", () => {
  const { snapshot } = new State().shelve(old, next).node('control-plane-1', next, 1, old);
  const { inForce, shelved, nodes } = editionsIn(snapshot, [next]);
  expect(named(inForce)).toEqual(['kubelet 1.35.2']);
  expect(nodes.get('control-plane-1')).toMatchObject({ assets: [{ version: '1.36.0' }], updates: 1 });
  expect(named(shelved)).toEqual(['kubelet 1.35.2', 'kubelet 1.36.0']);
  const oldest = order('kubelet', '1.34.0');
  const among = new State().shelve(oldest, old, next).node('control-plane-1', next, 1, old).node('worker-1', oldest);
  expect(named(editionsIn(among.snapshot, [next]).shelved)).toEqual([
    'kubelet 1.34.0',
    'kubelet 1.36.0',
    'kubelet 1.35.2',
  ]);
});

test('both are on the shelf as long as both are wanted, each where it was', () => {
  const { snapshot } = new State().shelve(old).node('worker-1', old);
  const upgrading = { coming: [next], nodes: new Map() };
  const places = (state: ClusterState, lock: readonly AssetOrder[], more = upgrading) =>
    editionsIn(state, lock, more).shelved.map(({ address, sha256 }) => [address, sha256]);
  const own = `asset.kubelet.${next.sha256.slice(0, 8)}`;
  expect(places(snapshot, [next])).toEqual([
    ['asset.kubelet', old.sha256],
    [own, next.sha256],
  ]);
  const after = new State().shelve(old, next).node('worker-1', next, 1).snapshot;
  expect(places(after, [next], { coming: [], nodes: new Map() })).toEqual([[own, next.sha256]]);
  const third = order('kubelet', '1.37.0');
  expect(places(after, [third], { coming: [third], nodes: new Map() })).toEqual([
    [own, next.sha256],
    ['asset.kubelet', third.sha256],
  ]);
});

test('a break lasts until its node has confirmed what it was told', () => {
  const awaited = new State().shelve(old, next).ready('eu-west-3.break.worker-1', 'kube.break', {});
  awaited.node('worker-1', next, 1, old);
  expect(editionsIn(awaited.snapshot, [next]).nodes.get('worker-1')).toMatchObject({ updates: 1, hasBreak: true });
  expect(breaksToEnd(awaited.snapshot)).toEqual([]);
  awaited.end('eu-west-3.node.worker-1', { runs: { kubelet: next.sha256 }, updates: 1 });
  expect(editionsIn(awaited.snapshot, [next]).nodes.get('worker-1')).toMatchObject({ updates: 1, hasBreak: false });
  expect(breaksToEnd(awaited.snapshot)).toEqual(['worker-1']);
});

test('what a step tells a node takes the place of what it had', () => {
  const { snapshot } = new State().shelve(old).node('worker-1', old).node('worker-2', old);
  const told = { assets: [next], updates: 1, hasBreak: true };
  const { nodes, inForce } = editionsIn(snapshot, [next], { coming: [next], nodes: new Map([['worker-1', told]]) });
  expect(nodes.get('worker-1')).toEqual(told);
  expect(nodes.get('worker-2')).toMatchObject({ assets: [{ version: '1.35.2' }], updates: 0 });
  expect(named(inForce)).toEqual(['kubelet 1.35.2']);
});
