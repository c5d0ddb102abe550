import { expect, test, vi } from 'vitest';
import { delegationOf } from '#app/delegation.ts';
import { KnownClusters } from '#app/known-clusters.ts';
import { readCluster } from '#app/read-cluster.ts';
import { SystemNameServers } from '#std/system-name-servers.ts';
import { SmallDns } from '../support/small-dns.ts';
import { Desk, FOREVER, TARGET } from './support/desk.ts';

vi.setConfig({ testTimeout: 60_000 });

const DOMAIN = 'demo.example.com';
const TO_SET = 'set these name servers for it where example.com is kept';

test('what the public DNS says of the zone decides what is told of it', async () => {
  await using desk = await Desk.alone();
  await using dns = await SmallDns.open();
  await desk.create();
  const nameServers = new SystemNameServers({ askedAt: [dns.address], timeoutMs: 50 });
  const ports = desk.ports({ nameServers });
  const workstation = { ports, places: desk.places, clusters: new KnownClusters(ports, desk.places) };
  const { cluster, snapshot, file } = await readCluster(workstation, TARGET, FOREVER);
  // Only of a real account the real DNS is asked.
  const asReal = { ...cluster, known: { ...cluster.known, provider: 'aws' as const } };
  const told = async () => (await delegationOf(asReal, { snapshot, spec: file.spec }, FOREVER))?.found;

  const outputs = new Map((await desk.app().outputs(TARGET, FOREVER)).map(({ name, value }) => [name, value]));
  const own = outputs.get('name_servers')?.split(' ') ?? [];
  expect(own).toHaveLength(4);
  expect(await told()).toBe(`not yet: the public DNS does not know ${DOMAIN}; ${TO_SET}`);
  dns.answers.set(DOMAIN, own.toReversed());
  expect(await told()).toBe('the public DNS leads here');
  dns.answers.set(DOMAIN, ['ns.elsewhere.example', ...own.slice(0, 1)]);
  expect(await told()).toMatch(/^the public DNS leads to ns-\S+ ns\.elsewhere\.example instead; set these/);
  dns.answers.set(DOMAIN, 'silent');
  expect(await told()).toBe('not looked at: the public DNS did not answer (ETIMEOUT)');

  const hidden = { ...file.spec, dns: { zone: 'private' as const } };
  expect(await delegationOf(asReal, { snapshot, spec: hidden }, FOREVER)).toBeUndefined();
  dns.asked.length = 0;
  expect(outputs.get('delegation')).toBe('not looked at: nobody outside knows a simulated zone');
  const status = await desk.app({ nameServers }).status(TARGET, FOREVER);
  expect(status.delegation).toEqual({ nameServers: own, found: outputs.get('delegation') });
  expect(dns.asked).toEqual([]);
});
