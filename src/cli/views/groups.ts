import type { Address } from '#engine/address.ts';

/** Under which heading a resource stands, and what is left of its address there. */
export interface Placement {
  readonly group: string;
  readonly name: string;
}

export const NODE_GROUP = 'nodes';
export const MACHINE_GROUP = 'machines';

/** `eu-west-3`, `us-gov-east-1`, `local-1`. */
const REGION = /^[a-z]+(?:-[a-z]+)*-\d+$/;

const GROUPS: ReadonlyMap<string, string> = new Map([
  ['address', 'addresses'],
  ['role', 'roles'],
  ['secret', 'secrets'],
  ['zone', 'names'],
  ['record', 'names'],
  ['firewall', 'network'],
  ['peer', 'overlay'],
  ['authority', 'certificates'],
  ['certificate', 'certificates'],
  ['rotation', 'certificates'],
  ['founder', 'etcd'],
  ['seat', 'etcd'],
  ['asset', 'assets'],
  ['key', MACHINE_GROUP],
  ['image', MACHINE_GROUP],
  ['machine', MACHINE_GROUP],
  ['node', NODE_GROUP],
  ['break', 'kubernetes'],
]);

/** `eu-west-3.firewall.storage.rules` stands under network, as `firewall.storage.rules`. */
export function placeOf(address: Address): Placement {
  const words = address.split('.');
  const [first = ''] = words;
  const own = REGION.test(first) && words.length > 1 ? words.slice(1) : words;
  const [kind = '', ...rest] = own;
  const isWhole = kind === 'machine' || kind === 'node' || kind === 'role';
  return { group: GROUPS.get(kind) ?? kind, name: (isWhole && rest.length > 0 ? rest : own).join('.') };
}
