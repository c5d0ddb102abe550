import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isProblem } from '#engine/problem.ts';
import type { ClusterSpec } from '#config/cluster-file.ts';
import { type ClusterAnswers, renderClusterFile } from '#config/render-cluster-file.ts';
import { load, specOf } from './support/loading.ts';
import { smallCatalogue } from './support/small-catalogue.ts';

const KEY = `ssh-ed25519 ${Buffer.from('\0\0\0\u000Bssh-ed25519\0\0\0 01234567890123456789012345678901').toString('base64')}`;
const regions = [...smallCatalogue.regions.keys()];

const required = fc.record({
  name: fc
    .stringMatching(/^[a-z][a-z0-9]{3,30}$/)
    .filter((name) => !/^(?:null|true|false|default|self|none)$/.test(name)),
  provider: fc.constantFrom('aws', 'simulator'),
  domain: fc.constantFrom('blog.example.com', 'example.org', 'a.b.example.co.uk', 'xn--bcher-kva.example.com'),
});
const place = fc.constantFrom(...regions).chain((region) => {
  const zones = fc.subarray([...(smallCatalogue.regions.get(region) ?? [])], { minLength: 1 });
  return fc.oneof(
    fc.constant({}),
    fc.constant({ region }),
    zones.map((some) => ({ region, zones: some })),
  );
});
const groups = fc.record(
  {
    controlPlane: fc.constantFrom(1, 3, 5, 7),
    workers: fc.integer({ min: 1, max: 500 }),
    storage: fc.integer({ min: 3, max: 100 }),
  },
  { requiredKeys: [] },
);
const converged = fc.record({ converged: fc.constantFrom(1, 3, 5, 7) });
const rest = fc.record(
  {
    from: fc.constantFrom(['203.0.113.7/32'], ['0.0.0.0/0'], ['10.0.0.0/8', '198.51.100.0/24']),
    sshPublicKey: fc.constantFrom(KEY, `${KEY} me@laptop`, `${KEY} a comment: with "everything" # in it`),
    monitoring: fc.boolean(),
  },
  { requiredKeys: [] },
);
const simulator = fc.record(
  { speed: fc.constantFrom(0.1, 1, 2.5, 1000), seed: fc.nat(), weather: fc.constantFrom('calm', 'mild', 'mean') },
  { requiredKeys: [] },
);

const answers: fc.Arbitrary<ClusterAnswers> = fc
  .tuple(required, place, fc.oneof(groups, converged), rest, simulator)
  .map(([must, where, nodes, more, options]) => ({
    ...must,
    ...where,
    ...nodes,
    ...more,
    ...(must.provider === 'simulator' ? options : {}),
  }));

test('what was answered is what the rendered file says, and all else is a default', async () => {
  await fc.assert(
    fc.asyncProperty(answers, async (given) => {
      const spec = await specOf(renderClusterFile(given));
      expect(spec).toEqual(await expected(given));
    }),
    { numRuns: 300 },
  );
}, 60_000);

test('whatever is typed as an answer is refused or taken as it is: it never becomes another key', async () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      'a\nmonitoring: true',
      '"',
      "'",
      '#',
      '{}',
      'x: y',
      '- z',
      '&a',
      '*a',
      '!t',
      'yes',
      '0x10',
      '1e3',
      '',
    ),
  );
  await fc.assert(
    fc.asyncProperty(hostile, hostile, hostile, async (name, domain, region) => {
      const given: ClusterAnswers = { name, provider: 'aws', domain, region, zones: [region], sshPublicKey: name };
      const outcome = await load(renderClusterFile(given)).catch((error: unknown) => error);
      expect(isProblem(outcome, 'config.invalid')).toBe(true);
    }),
    { numRuns: 300 },
  );
}, 60_000);

test('the file is as short as the answers, and commented', () => {
  expect(renderClusterFile({ name: 'blog', provider: 'aws', domain: 'blog.example.com' })).toBe(
    [
      '# What is not written here has its default; "bootstrap explain" lists all that can be.',
      '',
      'name: blog',
      'provider: aws',
      'domain: blog.example.com',
      '',
    ].join('\n'),
  );
  const full: ClusterAnswers = {
    name: 'demo',
    provider: 'simulator',
    domain: 'demo.example.com',
    region: 'eu-west-3',
    zones: ['eu-west-3a'],
    controlPlane: 3,
    workers: 5,
    storage: 4,
    from: ['203.0.113.7/32'],
    sshPublicKey: `${KEY} me@laptop`,
    monitoring: true,
    speed: 20,
    seed: 7,
    weather: 'mean',
  };
  expect(renderClusterFile(full)).toBe(
    [
      '# What is not written here has its default; "bootstrap explain" lists all that can be.',
      '',
      'name: demo',
      'provider: simulator',
      'domain: demo.example.com',
      'region: eu-west-3',
      'zones: [eu-west-3a]',
      'monitoring: true',
      '',
      '# How many nodes of each role.',
      'nodes:',
      '  control-plane: { count: 3 }',
      '  worker: { count: 5 }',
      '  storage: { count: 4 }',
      '',
      '# Who can reach SSH and the Kubernetes API, and with which key.',
      'access:',
      '  from: [203.0.113.7/32]',
      `  ssh-key: ${KEY} me@laptop`,
      '',
      '# A simulated account: nothing is real, nothing costs anything.',
      'simulator:',
      '  speed: 20',
      '  seed: 7',
      '  weather: mean',
      '',
    ].join('\n'),
  );
});

test('machines of a workstation have a section of their own, and an image by its file', async () => {
  const given: ClusterAnswers = {
    name: 'dev',
    provider: 'local',
    domain: 'dev.localhost',
    image: '/srv/my images/debian.qcow2',
    offline: true,
  };
  const text = renderClusterFile(given);
  expect(text).toBe(
    [
      '# What is not written here has its default; "bootstrap explain" lists all that can be.',
      '',
      'name: dev',
      'provider: local',
      'domain: dev.localhost',
      '',
      '# One image of your own.',
      'image:',
      '  id: "/srv/my images/debian.qcow2"',
      '',
      '# Machines of this workstation.',
      'local:',
      '  offline: true',
      '',
    ].join('\n'),
  );
  expect(await specOf(text)).toMatchObject({ image: { id: given.image }, local: { offline: true } });
});

/** What a cluster with these answers is: the shortest file of its kind, and each answer laid over it. */
async function expected(given: ClusterAnswers): Promise<ClusterSpec> {
  const { name, provider, domain, region = 'eu-west-3', converged: count, from = [], monitoring = false } = given;
  const topology = count === undefined ? '' : `nodes: { converged: { count: ${count} } }\n`;
  const base = await specOf(`name: ${name}\nprovider: ${provider}\ndomain: ${domain}\nregion: ${region}\n${topology}`);
  return {
    ...base,
    zones: given.zones ?? base.zones,
    nodes: count === undefined ? withCounts(base.nodes, given) : base.nodes,
    access: { from, ...(given.sshPublicKey !== undefined && { sshPublicKey: KEY }) },
    monitoring,
    ...(base.simulator && { simulator: withOptions(base.simulator, given) }),
  };
}

function withCounts(nodes: ClusterSpec['nodes'], given: ClusterAnswers): ClusterSpec['nodes'] {
  const counts = new Map([
    ['controlPlane', given.controlPlane],
    ['worker', given.workers],
    ['storage', given.storage],
  ]);
  return Object.fromEntries(
    Object.entries(nodes).map(([role, group]) => [role, { ...group, count: counts.get(role) ?? group?.count }]),
  );
}

function withOptions(defaults: NonNullable<ClusterSpec['simulator']>, given: ClusterAnswers) {
  const { speed = defaults.speed, seed = defaults.seed, weather = defaults.weather } = given;
  return { ...defaults, speed, seed, weather };
}
