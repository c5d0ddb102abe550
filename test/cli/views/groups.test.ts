import { expect, test } from 'vitest';
import { placeOf } from '#cli/views/groups.ts';
import { parseAddress } from '#engine/address.ts';

test.each([
  ['eu-west-3.machine.worker-1', 'machines', 'worker-1'],
  ['eu-west-3.node.worker-1', 'nodes', 'worker-1'],
  ['eu-west-3.firewall.storage.rules', 'network', 'firewall.storage.rules'],
  ['local-1.peer.worker-1', 'overlay', 'peer.worker-1'],
  ['authority.etcd', 'certificates', 'authority.etcd'],
  ['local-1.certificate.control-plane-1.etcd', 'certificates', 'certificate.control-plane-1.etcd'],
  ['etcd.founding', 'etcd', 'etcd.founding'],
  ['local-1.founder.control-plane-1', 'etcd', 'founder.control-plane-1'],
  ['local-1.seat.control-plane-1', 'etcd', 'seat.control-plane-1'],
  ['asset.node-bundle', 'assets', 'asset.node-bundle'],
])('%s stands under %s', (address, group, name) => {
  expect(placeOf(parseAddress(address))).toEqual({ group, name });
});
