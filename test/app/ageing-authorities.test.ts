import { expect, test } from 'vitest';
import { ageingAuthorities } from '#app/ageing-authorities.ts';
import { parseAddress, parseClusterUid, parseInstanceId } from '#engine/address.ts';
import { ClusterState } from '#engine/cluster-state.ts';
import { makeAuthority } from '#pki/authority.ts';
import { SystemRandom } from '#std/system-random.ts';

const DAY_MS = 86_400_000;
const MADE_MS = Date.UTC(2026, 0, 1);
const LIFE_DAYS = 300;

function stateOf(addresses: readonly string[]): ClusterState {
  const state = new ClusterState(parseClusterUid('clusterclustercluster'));
  addresses.forEach((address, index) => {
    const instanceId = parseInstanceId(`instance${index}`);
    const identity = { address: parseAddress(address), kind: 'authority', instanceId, incarnation: 1 };
    state.fold({ type: 'create', ...identity, inputs: {}, dependsOn: [], retain: false, variant: '', attempt: 1 });
    const { certificate } = makeAuthority({
      name: address,
      random: new SystemRandom(),
      nowMs: MADE_MS,
      lifeDays: LIFE_DAYS,
    });
    state.fold({ type: 'ready', instanceId, outputs: { certificate }, atMs: 0 });
  });
  return state;
}

test.each([
  ['at the beginning', 0, []],
  ['when two thirds of its life are over', 201, [{ authority: 'etcd', isOver: false }]],
  ['after its end', 301, [{ authority: 'etcd', isOver: true }]],
])('an authority is told of %s', (_when, days, told) => {
  const ageing = ageingAuthorities(stateOf(['authority.etcd']), MADE_MS + days * DAY_MS);
  expect(ageing).toMatchObject(told);
  expect(ageing).toHaveLength(told.length);
});

test('one whose place another is about to take is not', () => {
  const state = stateOf(['authority.etcd', 'authority.etcd.2']);
  expect(ageingAuthorities(state, MADE_MS + 250 * DAY_MS)).toEqual([]);
});
