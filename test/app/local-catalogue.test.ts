import { expect, test } from 'vitest';
import { catalogueOf } from '#app/providers.ts';
import { whereFrom } from '#app/where-from.ts';
import { explainPath } from '#config/explain.ts';
import { ROLE_KEYS } from '#config/roles.ts';
import { readClusterText } from '#app/cluster-text.ts';
import { catalogueFor } from '#providers/local/catalogue.ts';

test('what a workstation gives a node where the file says nothing is what explain says', async () => {
  const { defaults } = await catalogueOf('local');
  for (const role of ROLE_KEYS) {
    expect(defaults?.groups[role]).toMatchObject({ count: 1, systemDiskGiB: 10, dataDisksGiB: [10] });
    expect(explainPath(`nodes.${role}.count`)).toMatch(/default +\d; on a workstation 1\n/);
    expect(explainPath(`nodes.${role}.disk`)).toMatch(/default +\d+GiB; on a workstation 10GiB\n/);
  }
  expect(explainPath('nodes.storage.data-disks')).toContain('[100GiB]; on a workstation [10GiB]\n');
});

test.each(['amd64', 'arm64'] as const)('a workstation of the kind %s has machines for every role', (architecture) => {
  const { defaults, machineTypes } = catalogueFor(architecture);
  const own = [...machineTypes.values()].filter((type) => type.architecture === architecture);
  for (const role of ROLE_KEYS) {
    const { vcpus = Infinity, memoryMiB = Infinity } = defaults?.groups[role].needs ?? {};
    expect(own.some((type) => type.vcpus >= vcpus && type.memoryMiB >= memoryMiB)).toBe(true);
  }
});

test('the shortest file of a workstation is one small machine for each role, without a warning', async () => {
  const { spec, warnings } = await readClusterText('name: dev\nprovider: local\ndomain: dev.localhost\n', 'dev.yaml');
  const types = Object.values(spec.nodes).map((group) => group?.machines.map((type) => type.replace('-arm64', '')));
  expect(types).toEqual([['small'], ['small'], ['small']]);
  expect(warnings).toEqual([]);
});

test('whoever is at a workstation comes from itself', async () => {
  const environment = { home: '/operator', variables: {} };
  expect(await whereFrom({ environment }, 'local', new AbortController().signal)).toBe('127.0.0.1/32');
});
