import { describe, expect, test } from 'vitest';
import { type RotationPhase, type Trust, trustsIn } from '#cluster/trust.ts';
import { parseAddress, parseClusterUid, parseInstanceId } from '#engine/address.ts';
import { ClusterState } from '#engine/cluster-state.ts';

type Status = 'creating' | 'ready' | 'updating' | 'destroying';
/** Addresses, and how what is there stands; a rotation is at a phase. */
type Recorded = readonly [address: string, status: Status, phase?: RotationPhase];

function stateOf(recorded: readonly Recorded[]): ClusterState {
  const state = new ClusterState(parseClusterUid('clusterclustercluster'));
  recorded.forEach(([address, status, phase], index) => {
    const [kind = ''] = address.split('.');
    const instanceId = parseInstanceId(`instance${index}`);
    const identity = { address: parseAddress(address), kind, instanceId, incarnation: index + 1 };
    const declared = { inputs: { phase }, dependsOn: [], retain: false };
    state.fold({ type: 'create', ...identity, ...declared, variant: '', attempt: 1 });
    if (status !== 'creating') state.fold({ type: 'ready', instanceId, outputs: {}, atMs: 0 });
    if (status === 'updating') state.fold({ type: 'update', instanceId, ...declared });
    if (status === 'destroying') state.fold({ type: 'destroy', instanceId });
  });
  return state;
}

const ONE: Recorded = ['authority.etcd', 'ready'];
const TWO: Recorded = ['authority.etcd.2', 'ready'];
const INTRODUCE: Trust = { believed: [1, 2], signs: 1, phase: 'introduce' };
const SIGN: Trust = { believed: [1, 2], signs: 2, phase: 'sign' };
const FORGET: Trust = { believed: [2], signs: 2, phase: 'forget' };

describe('how far a rotation has come', () => {
  test.each<readonly [what: string, recorded: readonly Recorded[], trust: Trust]>([
    ['one authority', [ONE], { believed: [1], signs: 1, phase: undefined }],
    ['a later one alone', [TWO], { believed: [2], signs: 2, phase: undefined }],
    ['a second that is about to be made', [ONE, ['authority.etcd.2', 'creating']], INTRODUCE],
    ['two', [ONE, TWO], INTRODUCE],
    ['two, and none has confirmed', [ONE, TWO, ['rotation.etcd', 'creating', 'introduce']], INTRODUCE],
    ['two, asked once more', [ONE, TWO, ['rotation.etcd', 'updating', 'introduce']], INTRODUCE],
    ['two, believed by all', [ONE, TWO, ['rotation.etcd', 'ready', 'introduce']], SIGN],
    ['two, not shown by all', [ONE, TWO, ['rotation.etcd', 'updating', 'sign']], SIGN],
    ['two, shown by all', [ONE, TWO, ['rotation.etcd', 'ready', 'sign']], FORGET],
    ['two, not forgotten by all', [ONE, TWO, ['rotation.etcd', 'updating', 'forget']], FORGET],
    ['one that goes', [['authority.etcd', 'destroying'], TWO, ['rotation.etcd', 'ready', 'forget']], FORGET],
    ['one, and word of it', [TWO, ['rotation.etcd', 'ready', 'forget']], { believed: [2], signs: 2, phase: 'end' }],
    [
      'ten, by their numbers',
      [
        ['authority.etcd.9', 'ready'],
        ['authority.etcd.10', 'ready'],
      ],
      { believed: [9, 10], signs: 9, phase: 'introduce' },
    ],
  ])('with %s', (_what, recorded, trust) => {
    expect(trustsIn(stateOf(recorded))).toEqual(new Map([['etcd', trust]]));
    // What is under way goes on, whoever asks for another one.
    const asked = trustsIn(stateOf(recorded), new Set(['etcd'])).get('etcd');
    const next = (trust.believed[0] ?? 0) + 1;
    expect(asked).toEqual(
      trust.phase === undefined ? { believed: [next - 1, next], signs: next - 1, phase: 'introduce' } : trust,
    );
  });

  test('is a matter of each purpose', () => {
    const state = stateOf([ONE, ['authority.kube-api', 'ready'], ['secret.overlay', 'ready']]);
    const trusts = trustsIn(state, new Set(['kube-api']));
    expect([...trusts].map(([purpose, { phase }]) => [purpose, phase])).toEqual([
      ['etcd', undefined],
      ['kube-api', 'introduce'],
    ]);
    expect(trustsIn(stateOf([]))).toEqual(new Map());
  });
});
