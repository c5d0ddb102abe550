import { expect, test } from 'vitest';
import { SystemNameServers } from '#std/system-name-servers.ts';
import { SmallDns } from '../support/small-dns.ts';

const DOMAIN = 'blog.example.com';
const FOREVER = new AbortController().signal;

test('those who answer for a domain are told by name, in order', async () => {
  await using dns = await SmallDns.open();
  dns.answers.set(DOMAIN, ['NS-2.Example.NET', 'ns-1.example.org']);
  const servers = new SystemNameServers({ askedAt: [dns.address] });
  expect(await servers.of(DOMAIN, FOREVER)).toEqual(['ns-1.example.org', 'ns-2.example.net']);
  expect(dns.asked).toEqual([DOMAIN]);
});

test('where a domain is, is told by its addresses, in order', async () => {
  await using dns = await SmallDns.open();
  const servers = new SystemNameServers({ askedAt: [dns.address] });
  expect(await servers.addresses(DOMAIN, FOREVER)).toEqual([]);
  dns.answers.set(DOMAIN, ['203.0.113.7', '198.51.100.2']);
  expect(await servers.addresses(DOMAIN, FOREVER)).toEqual(['198.51.100.2', '203.0.113.7']);
});

test('a domain that nobody knows, or that has none, has no servers', async () => {
  await using dns = await SmallDns.open();
  const servers = new SystemNameServers({ askedAt: [dns.address] });
  expect(await servers.of(DOMAIN, FOREVER)).toEqual([]);
  dns.answers.set(DOMAIN, []);
  expect(await servers.of(DOMAIN, FOREVER)).toEqual([]);
});

test.each([
  ['refused', 'EREFUSED'],
  ['silent', 'ETIMEOUT'],
] as const)('a DNS server that is %s fails the question: that says nothing of the domain', async (answer, code) => {
  await using dns = await SmallDns.open();
  dns.answers.set(DOMAIN, answer);
  const servers = new SystemNameServers({ askedAt: [dns.address], timeoutMs: 50 });
  await expect(servers.of(DOMAIN, FOREVER)).rejects.toMatchObject({ code });
});

test('who does not want to know any more is let go at once', async () => {
  await using dns = await SmallDns.open();
  dns.answers.set(DOMAIN, 'silent');
  const leaving = new AbortController();
  const asked = new SystemNameServers({ askedAt: [dns.address], timeoutMs: 60_000 }).of(DOMAIN, leaving.signal);
  leaving.abort(new Error('left'));
  await expect(asked).rejects.toThrow('left');
});
