import { stringify } from 'yaml';
import { assert } from '#std/assert.ts';
import { fatVolume } from './fat-volume.ts';

interface SeedSpec {
  /** The machine's mailbox, and what cloud-init knows it by: another one is another machine. */
  readonly box: string;
  readonly hostname: string;
  readonly userData: string;
  /** The way out: an address is given to it. */
  readonly outside: { readonly mac: string };
  /** The private network of the region. */
  readonly segment: { readonly mac: string; readonly address: string; readonly prefix: number };
  /** Who answers for names on the segment. */
  readonly dns?: { readonly address: string; readonly search: readonly string[] } | undefined;
}

/** By this label cloud-init finds it, in any drive. */
const LABEL = 'CIDATA';
const MTU = 1500;

/** The disk that tells a new machine what it is. No secret is in it. */
export function seedVolume(spec: SeedSpec): Uint8Array {
  return fatVolume(LABEL, [
    { name: 'user-data', bytes: Buffer.from(spec.userData) },
    { name: 'meta-data', bytes: Buffer.from(metaData(spec)) },
    { name: 'network-config', bytes: Buffer.from(networkConfig(spec)) },
  ]);
}

const YAML = { version: '1.1', lineWidth: 0 } as const;
const HOST_NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const MAC = /^[\da-f]{2}(?::[\da-f]{2}){5}$/;

export function metaData({ box, hostname }: Pick<SeedSpec, 'box' | 'hostname'>): string {
  assert(HOST_NAME.test(hostname), 'A host name is one label of DNS.');
  return stringify({ 'instance-id': box, 'local-hostname': hostname }, YAML);
}

type Network = Pick<SeedSpec, 'outside' | 'segment' | 'dns'>;

/**
 * Without any route of its own: the way out has one from whoever gives it its address, or has none when it is closed. Both
 * say that no router is awaited; where only networkd is told, cloud-init keeps that to itself, and the image has to say it.
 */
export function networkConfig({ outside, segment, dns }: Network): string {
  assert(MAC.test(outside.mac) && MAC.test(segment.mac), 'Interfaces are told apart by their addresses.');
  const asked = dns === undefined ? {} : { 'dhcp4-overrides': { 'use-dns': false } };
  const answering = dns === undefined ? {} : { nameservers: { addresses: [dns.address], search: dns.search } };
  const ethernets = {
    outside: {
      match: { macaddress: outside.mac },
      'set-name': 'eth0',
      dhcp4: true,
      ...asked,
      'accept-ra': false,
    },
    segment: {
      match: { macaddress: segment.mac },
      'set-name': 'eth1',
      mtu: MTU,
      addresses: [`${segment.address}/${segment.prefix}`],
      'accept-ra': false,
      ...answering,
    },
  };
  return stringify({ version: 2, ethernets }, YAML);
}
