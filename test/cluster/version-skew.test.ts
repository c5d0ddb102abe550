import { expect, test } from 'vitest';
import type { AssetOrder } from '#cluster/assets.ts';
import { type Objections, objectionsTo } from '#cluster/version-skew.ts';

type Versions = Readonly<Record<string, string>>;

const SERVERS = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];
const KUBERNETES = [...SERVERS, 'kubelet', 'kube-proxy'];

function kubernetes(version: string, others: Versions = {}): Versions {
  return { ...Object.fromEntries(KUBERNETES.map((name) => [name, version])), ...others };
}

function ordersOf(versions: Versions): readonly AssetOrder[] {
  return Object.entries(versions).map(([name, version]) => ({
    name,
    version,
    sha256: `${name} ${version}`,
    form: 'program',
    from: '/srv/assets',
  }));
}

function judge(nodes: Readonly<Record<string, Versions>>, lock: Versions): Partial<Objections> {
  const all = [...Object.values(nodes), lock].flatMap(ordersOf);
  const standing = Object.entries(nodes).map(([name, versions]) => ({
    name,
    runs: Object.fromEntries(ordersOf(versions).map((order) => [order.name, order.sha256])),
  }));
  const found = objectionsTo(standing, ordersOf(lock), new Map(all.map((order) => [order.sha256, order])));
  return Object.fromEntries(Object.entries(found).filter(([, lines]: [string, readonly string[]]) => lines.length > 0));
}

const CONTROL = { 'control-plane-1': kubernetes('1.35.4', { etcd: '3.5.16' }) };

test('the next minor version, a later patch, and the same again can be gone to', () => {
  for (const version of ['1.36.0', '1.35.5', '1.35.4', 'v1.36.2', '1.36.0-rebuilt'])
    expect(judge(CONTROL, kubernetes(version, { etcd: '3.6.1' }))).toEqual({});
});

test('nothing becomes older', () => {
  expect(judge(CONTROL, kubernetes('1.35.4', { etcd: '3.5.9' }))).toEqual({
    downgrades: ['control-plane-1: etcd 3.5.16 → 3.5.9'],
  });
  expect(judge(CONTROL, kubernetes('1.35.4', { kubelet: '1.35.3' })).downgrades).toEqual([
    'control-plane-1: kubelet 1.35.4 → 1.35.3',
  ]);
});

test('servers pass over no minor version', () => {
  expect(judge(CONTROL, kubernetes('1.37.0')).leaps).toEqual(
    SERVERS.map((name) => `control-plane-1: ${name} 1.35.4 → 1.37.0`),
  );
  expect(judge(CONTROL, kubernetes('1.36.0', { etcd: '4.0.0' })).leaps).toEqual([
    'control-plane-1: etcd 3.5.16 → 4.0.0',
  ]);
});

test('nothing is ahead of the server of the API, and nothing too far behind', () => {
  expect(judge(CONTROL, kubernetes('1.35.4', { kubelet: '1.36.0' }))).toEqual({
    skews: ['the lock: kubelet 1.36.0 beside kube-apiserver 1.35.4: it is ahead.'],
  });
  expect(judge(CONTROL, kubernetes('1.36.0', { 'kube-proxy': '1.35.4' }))).toEqual({});
  const behind = { ...CONTROL, 'worker-1': { kubelet: '1.32.9', 'kube-proxy': '1.33.0' } };
  expect(judge(behind, kubernetes('1.36.0')).skews).toEqual([
    'worker-1: kubelet 1.32.9 beside kube-apiserver 1.36.0: it is 4 minor versions behind, and may be 3.',
  ]);
});

test('what cannot be compared is refused, unless nobody runs it', () => {
  expect(judge(CONTROL, kubernetes('1.36.0', { 'kube-scheduler': 'edge' }))).toEqual({
    unreadable: ['kube-scheduler: "edge" is no version such as 1.36.2.'],
  });
  expect(judge({ 'control-plane-1': { etcd: '3.5.16' } }, kubernetes('edge', { etcd: '3.5.17' }))).toEqual({});
});
