import { expect, test } from 'vitest';
import type { AssetOrder } from '#cluster/assets.ts';
import type { StandingNode } from '#cluster/standing-nodes.ts';
import { mendingStep, type UpgradeGoal, upgradeSteps, upgradingTo } from '#cluster/upgrade-steps.ts';

const SERVER = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];
const OWN = ['kubelet', 'kube-proxy', 'pause'];
const STAGES = ['network', 'packages', 'overlay'];

/** Of an edition each asset has a digest that says what it is. */
function edition(version: string): readonly AssetOrder[] {
  return [...SERVER, ...OWN].map((name) => ({
    name,
    version,
    sha256: `${name} ${version}`,
    form: name === 'pause' ? 'image' : 'program',
    from: '/srv/assets',
  }));
}

const [OLD, NEW] = [edition('1.35.2'), edition('1.36.0')];

function digests(orders: readonly AssetOrder[], names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    orders.filter(({ name }) => names.includes(name)).map(({ name, sha256 }) => [name, sha256]),
  );
}

function nodeAs(role: string, number: number, changes: Partial<StandingNode> = {}): StandingNode {
  const isServer = role === 'control-plane' || role === 'converged';
  const stages = [...STAGES, ...(isServer ? ['seat', 'etcd', 'apiserver'] : []), 'kubelet', 'ready'];
  const runs = digests(OLD, isServer ? [...SERVER, ...OWN] : OWN);
  const named = { name: `${role}-${number}`, region: 'eu-west-3', role, stages };
  return { ...named, told: runs, updates: 0, runs, confirmed: 0, isHalted: false, ...changes };
}

function goalOf(atOnce = 1, lock = NEW): UpgradeGoal {
  return { lock, known: new Map([...OLD, ...NEW, ...lock].map((order) => [order.sha256, order])), atOnce };
}

/** `worker-1: kubelet, kube-proxy, pause (1) with a break` */
function said(nodes: readonly StandingNode[], goal = goalOf()): readonly string[] {
  return upgradeSteps(nodes, goal).map(({ nodes: together }) =>
    together
      .map(({ name, changes, updates, hasBreak }) => {
        const what = changes.map((change) => change.name).join(' ');
        return `${name}: ${what} (${updates})${hasBreak ? ' with a break' : ''}`;
      })
      .join(' | '),
  );
}

const ROLES = { servers: SERVER.join(' '), own: OWN.join(' ') };
const THREE = [1, 2, 3].map((number) => nodeAs('control-plane', number));
const WORKERS = [1, 2, 3].map((number) => nodeAs('worker', number));

test('servers of the API come first, one by one, and nothing on any node is ever ahead of one of them', () => {
  expect(said([...THREE, ...WORKERS, nodeAs('storage', 1)])).toEqual([
    ...[1, 2, 3].map((number) => `control-plane-${number}: ${ROLES.servers} (1)`),
    ...[1, 2, 3].map((number) => `control-plane-${number}: ${ROLES.own} (2)`),
    ...[1, 2, 3].map((number) => `worker-${number}: ${ROLES.own} (1) with a break`),
    `storage-1: ${ROLES.own} (1)`,
  ]);
});

test('a node that is not alone in what it serves has a break, and one that is alone goes on', () => {
  expect(said([nodeAs('control-plane', 1), nodeAs('worker', 1)])).toEqual([
    `control-plane-1: ${ROLES.servers} ${ROLES.own} (1)`,
    `worker-1: ${ROLES.own} (1)`,
  ]);
  const converged = [1, 2, 3].map((number) => nodeAs('converged', number));
  expect(said(converged).slice(3)).toEqual(
    [1, 2, 3].map((number) => `converged-${number}: ${ROLES.own} (2) with a break`),
  );
});

test('several workers are updated at once when that is asked for, and never two control planes', () => {
  const steps = upgradeSteps([...THREE, ...WORKERS], goalOf(2)).map(({ nodes }) => nodes.map(({ name }) => name));
  expect(steps.slice(6)).toEqual([['worker-1', 'worker-2'], ['worker-3']]);
  expect(steps.slice(0, 6).every((together) => together.length === 1)).toBe(true);
});

test('however many are asked for at once, one is left that takes pods', () => {
  expect(said(WORKERS, goalOf(100)).map((line) => line.split(' | ').length)).toEqual([2, 1]);
  expect(
    said(WORKERS, goalOf(100)).every((line) => line.split(' | ').every((one) => one.endsWith(' with a break'))),
  ).toBe(true);
  expect(said(WORKERS.slice(0, 1), goalOf(100))).toEqual([`worker-1: ${ROLES.own} (1)`]);
});

test('where everything runs as the lock says there is nothing to do', () => {
  expect(said([...THREE, ...WORKERS], goalOf(1, OLD))).toEqual([]);
});

test('a node that has only other images goes on meanwhile', () => {
  const lock = OLD.map((order) => (order.name === 'pause' ? { ...order, sha256: 'another pause' } : order));
  expect(said(WORKERS.slice(0, 2), goalOf(1, lock))).toEqual(['worker-1: pause (1)', 'worker-2: pause (1)']);
});

test('what is on its way is awaited and not sent again, unless its machine is halted or it is to be something else', () => {
  const told = { told: digests(NEW, OWN), updates: 4, confirmed: 3 };
  const [other] = WORKERS.slice(1);
  const first = (changes: Partial<StandingNode>, goal = goalOf()) =>
    said([nodeAs('worker', 1, { ...told, ...changes }), ...(other === undefined ? [] : [other])], goal)[0];
  expect(first({})).toBe(`worker-1: ${ROLES.own} (4) with a break`);
  expect(first({ isHalted: true })).toBe(`worker-1: ${ROLES.own} (5) with a break`);
  expect(first({}, goalOf(1, OLD))).toBe('worker-1:  (5)');
});

test('a server that was told everything is not brought back to a part of it', () => {
  const runs = { ...digests(NEW, SERVER), ...digests(OLD, OWN) };
  const nodes = THREE.map((node) => ({ ...node, told: runs, runs, updates: 1, confirmed: 1 }));
  const [one, ...others] = nodes;
  if (one === undefined) throw new RangeError('There is none.');
  const awaited = { ...one, told: digests(NEW, [...SERVER, ...OWN]), updates: 2 };
  expect(said([awaited, ...others])).toEqual([1, 2, 3].map((number) => `control-plane-${number}: ${ROLES.own} (2)`));
});

test('who is halted comes before all else: with the next step if it is theirs, else back to what they ran', () => {
  const halted = { told: digests(NEW, OWN), updates: 4, confirmed: 3, isHalted: true };
  const mended = (nodes: readonly StandingNode[]) =>
    mendingStep(nodes, goalOf(), upgradeSteps(nodes, goalOf()))?.nodes.map(({ name, assets, updates }) => [
      name,
      assets.find((order) => order.name === 'kubelet')?.version,
      updates,
    ]);
  const lost = nodeAs('worker', 1, halted);
  expect(mended([lost, nodeAs('worker', 2)])).toEqual([['worker-1', '1.36.0', 5]]);
  expect(mended([...THREE, lost])).toEqual([['worker-1', '1.35.2', 5]]);
  expect(mended([...THREE, nodeAs('worker', 1, { ...halted, isHalted: false })])).toBeUndefined();
  expect(mended([...THREE, ...WORKERS])).toBeUndefined();
});

test('after each step the next one is the one that was foreseen', () => {
  let nodes: readonly StandingNode[] = [...THREE, ...WORKERS];
  const foreseen = said(nodes, goalOf(2));
  const done: string[] = [];
  for (;;) {
    const [line] = said(nodes, goalOf(2));
    const [step] = upgradeSteps(nodes, goalOf(2));
    if (line === undefined || step === undefined) break;
    done.push(line);
    const { nodes: told } = upgradingTo(goalOf(), step);
    nodes = nodes.map((node) => {
      const to = told.get(node.name);
      const runs = to === undefined ? node.runs : digests([...to.assets], [...SERVER, ...OWN]);
      return to === undefined ? node : { ...node, told: runs, runs, updates: to.updates, confirmed: to.updates };
    });
  }
  expect(done).toEqual(foreseen);
});
