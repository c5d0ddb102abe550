import { describe, expect, test } from 'vitest';
import type { ClusterSpec } from '#config/cluster-file.ts';
import { allFields, isEntry } from '#config/field-tree.ts';
import { immutableChanges } from '#config/immutable-changes.ts';
import { WrittenFile } from '#config/written-file.ts';
import { findingsIn, MINIMAL, specOf } from './support/loading.ts';

const before = await specOf(MINIMAL.replace('aws', 'simulator'));

const SIMULATOR = { speed: 1, seed: 1, weather: 'calm', account: 'blog' } as const;

/** Another value for each field that can never change. */
const NEVER: Readonly<Record<string, (spec: ClusterSpec) => ClusterSpec>> = {
  name: (spec) => ({ ...spec, name: 'shop' }),
  provider: (spec) => ({ ...spec, provider: 'aws' }),
  domain: (spec) => ({ ...spec, domain: 'shop.example.com' }),
  region: (spec) => ({ ...spec, region: 'eu-west-1' }),
  zones: (spec) => ({ ...spec, zones: spec.zones.toReversed() }),
  'network.machines': (spec) => ({ ...spec, network: { ...spec.network, machines: '10.50.0.0/16' } }),
  'network.overlay': (spec) => ({ ...spec, network: { ...spec.network, overlay: '10.50.0.0/16' } }),
  'network.pods': (spec) => ({ ...spec, network: { ...spec.network, pods: '10.48.0.0/14' } }),
  'network.services': (spec) => ({ ...spec, network: { ...spec.network, services: '10.50.0.0/16' } }),
  'network.topology': (spec) => ({ ...spec, network: { ...spec.network, topology: 'private' } }),
  'network.existing': (spec) => ({ ...spec, network: { ...spec.network, existing: 'vpc-0abc1234def567890' } }),
  'dns.zone': (spec) => ({ ...spec, dns: { zone: 'existing' } }),
  'local.offline': (spec) => ({ ...spec, local: { offline: true } }),
  'simulator.seed': (spec) => ({ ...spec, simulator: { ...SIMULATOR, seed: 2 } }),
  'simulator.account': (spec) => ({ ...spec, simulator: { ...SIMULATOR, account: 'other' } }),
};

describe('a field that can never change', () => {
  test('is each of those that the schema says this of', () => {
    const said = [...allFields(WrittenFile)].filter(({ field }) => field.change === 'never').map(({ path }) => path);
    expect(said.filter((path) => !isEntry(path) && path !== 'network').toSorted()).toEqual(
      Object.keys(NEVER).toSorted(),
    );
  });

  test.each(Object.entries(NEVER))('is reported: %s', (path, change) => {
    expect(immutableChanges(before, change(before)).map((found) => found.path)).toEqual([path]);
  });

  test('is reported in words that name both values', () => {
    const [change] = immutableChanges(before, { ...before, region: 'eu-west-1' });
    expect(change).toEqual({
      path: 'region',
      code: 'config.immutable',
      what: 'It was "eu-west-3" and is now "eu-west-1".',
      instead: 'Write "eu-west-3" again.',
    });
  });
});

test('another topology is another cluster', async () => {
  const converged = await specOf(`${MINIMAL}nodes: { converged: { count: 3 } }\n`);
  expect(immutableChanges(await specOf(MINIMAL), converged).map(({ path }) => path)).toEqual(['nodes']);
});

test('what may change is not reported', async () => {
  const after =
    await specOf(`${MINIMAL}nodes: { control-plane: { count: 5 }, worker: { count: 9, disk: 90GiB, min: 2 } }
image: { system: ubuntu-24.04 }
storage: { replicas: 4 }
monitoring: true
tags: { team: web }
`);
  expect(immutableChanges(await specOf(MINIMAL), { ...after, access: { from: ['198.51.100.0/24'] } })).toEqual([]);
});

test('a file is compared with the cluster that it is for, and refused where it differs', async () => {
  const spec = await specOf(MINIMAL);
  expect(await findingsIn(`${MINIMAL}region: eu-west-1\n`, spec)).toEqual([
    'config.immutable at zones',
    'config.immutable at region',
  ]);
  expect(await findingsIn(MINIMAL, spec)).toEqual([]);
});
