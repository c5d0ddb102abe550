import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { metaData, networkConfig, seedVolume } from '#providers/local/seed/seed.ts';
import { readFat } from './support/read-fat.ts';

const NETWORK = {
  outside: { mac: '52:54:00:12:34:10' },
  segment: { mac: '52:54:ab:cd:ef:01', address: '10.20.0.16', prefix: 16 },
};
const DNS = { address: '10.20.0.2', search: ['dev.localhost'] };

test('the way out gets its address and the segment has its own, each told by its hardware', () => {
  expect(networkConfig(NETWORK)).toMatchInlineSnapshot(`
    "version: 2
    ethernets:
      outside:
        match:
          macaddress: "52:54:00:12:34:10"
        set-name: eth0
        dhcp4: true
        accept-ra: false
      segment:
        match:
          macaddress: 52:54:ab:cd:ef:01
        set-name: eth1
        mtu: 1500
        addresses:
          - 10.20.0.16/16
        accept-ra: false
    "
  `);
});

test('names are asked of the segment alone where somebody answers there', () => {
  expect(parse(networkConfig({ ...NETWORK, dns: DNS }), { version: '1.1' })).toMatchObject({
    ethernets: {
      outside: { 'dhcp4-overrides': { 'use-dns': false } },
      segment: { nameservers: { addresses: ['10.20.0.2'], search: ['dev.localhost'] } },
    },
  });
});

test('no hardware address is taken for a number of minutes and seconds', () => {
  for (let last = 0; last < 256; last += 1) {
    const mac = `52:54:00:12:34:${last.toString(16).padStart(2, '0')}`;
    const text = networkConfig({ ...NETWORK, outside: { mac } });
    expect(parse(text, { version: '1.1' })).toMatchObject({ ethernets: { outside: { match: { macaddress: mac } } } });
  }
});

test.each(['abcdefghij234567', '12345678', '1e234567', '0x345678'])('the box %s is known by its own words', (box) => {
  expect(parse(metaData({ box, hostname: 'on' }), { version: '1.1' })).toEqual({
    'instance-id': box,
    'local-hostname': 'on',
  });
});

test('what is no name of a host and no hardware address is refused', () => {
  expect(() => metaData({ box: 'box', hostname: 'a.b' })).toThrow('A host name is one label of DNS.');
  expect(() => networkConfig({ ...NETWORK, outside: { mac: '52-54' } })).toThrow('Interfaces are told apart');
});

test('the volume has all three, by the names and the label that cloud-init looks for', () => {
  const spec = { ...NETWORK, dns: DNS, box: 'abcdefghij234567', hostname: 'worker-1', userData: '#cloud-config\n{}\n' };
  const { label, files } = readFat(seedVolume(spec));
  expect(label).toBe('CIDATA');
  expect(Object.fromEntries([...files].map(([name, bytes]) => [name, Buffer.from(bytes).toString()]))).toEqual({
    'user-data': spec.userData,
    'meta-data': metaData(spec),
    'network-config': networkConfig(spec),
  });
});
