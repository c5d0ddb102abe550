import { expect, test } from 'vitest';
import { units } from '#app/units.ts';
import { AnsweringMachines, says } from './support/answering-machines.ts';
import { Desk, FOREVER } from './support/desk.ts';

test('units are those that two real machines have told of, the same beside each other', async () => {
  await using desk = await Desk.alone();
  const { asking } = await AnsweringMachines.at(desk, {
    'control-plane-10': says('units-1'),
    'control-plane-2': says('units-2'),
    'worker-1': 'exit 1',
  });
  const { units: found, silent } = await units(asking, [], FOREVER);
  expect(silent.map(({ node }) => node)).toEqual(['worker-1']);
  const ofOne = found.filter(({ node }) => node === 'control-plane-10');
  expect(ofOne.map(({ unit, active, sub, result, version }) => [unit, active, sub, result, version])).toEqual([
    ['bootstrap-etcd-care.service', 'failed', 'failed', 'resources', '9.7-3'],
    ['bootstrap-etcd-care.timer', 'active', 'waiting', 'success', undefined],
    ['bootstrap-etcd.service', 'active', 'running', 'success', '3.5.16'],
    ['bootstrap-overlay.service', 'active', 'exited', 'success', undefined],
    ['bootstrap-peers.service', 'active', 'running', 'success', 'bundle 73cb3858a687'],
    ['ssh.service', 'active', 'running', 'success', '1:10.0p1-7+deb13u4'],
  ]);
  expect(found.slice(0, 2).map(({ node }) => node)).toEqual(['control-plane-2', 'control-plane-10']);
  // What systemd only knows by name, such as cloud-final where there is no cloud-init, is no unit.
  expect(found).toHaveLength(12);
  expect(new Date(ofOne[2]?.sinceMs ?? 0).toISOString()).toBe('2026-11-21T23:00:45.000Z');
});

test('what a machine says that is no list of units is none', async () => {
  await using desk = await Desk.alone();
  const { asking } = await AnsweringMachines.at(desk, { odd: "printf -- '--- units\\nId=x\\n\\nLoadState=loaded\\n'" });
  expect(await units(asking, [], FOREVER)).toEqual({ units: [], silent: [] });
});
