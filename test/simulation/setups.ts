import { MemoryObjects } from '#state/memory-store.ts';
import { IntentLedger } from './intent-ledger.ts';
import { emptyAccount, type ToyAccountData } from './toy-account.ts';
import type { ToyObject } from './toy-object.ts';
import type { ToyKind, ToyValues } from './toy-rules.ts';

const OTHER_UID = 'somebodyelse0001';

/** The toy world before anything was done in it. */
export interface ToyBeginning {
  readonly nowMs: number;
  readonly account: ToyAccountData;
  readonly objects: MemoryObjects;
  readonly ledger: IntentLedger;
}

/** An account in which others live too: another cluster's objects, objects without any tag, and some of our names. */
export function virginBeginning(): ToyBeginning {
  const account = emptyAccount();
  const other = { cluster: OTHER_UID, instanceId: 'theirinstance0001' };
  addForeign(account, 'toy.network', { cidr: '10.0.0.0/16', label: 'first' }, other);
  addForeign(account, 'toy.network', { cidr: '10.0.0.0/16', label: 'first' }, undefined);
  addForeign(account, 'toy.group', { name: `${OTHER_UID}-front`, networkId: 'network-1', ports: '443' }, other);
  addForeign(account, 'toy.record', { name: `front-1.${OTHER_UID}`, value: 'tier-small', ttl: 300 }, other);
  addForeign(
    account,
    'toy.secret-note',
    { name: `${OTHER_UID}-secret`, scope: 'global', content: 'theirs' },
    undefined,
  );
  return { nowMs: 0, account, objects: new MemoryObjects(), ledger: new IntentLedger() };
}

function addForeign(account: ToyAccountData, kind: ToyKind, values: ToyValues, owner: ToyObject['owner']): void {
  const id = `${kind.slice(4)}-${account.nextNumber}`;
  account.nextNumber += 1;
  const life = { createdAtMs: 0, readyAtMs: 0, breaksAtMs: undefined, removedAtMs: undefined, goneAtMs: undefined };
  const object: ToyObject = { id, kind, values, owner, zone: 'zone-a', ...life };
  account.entries.set(id, { versions: [{ atMs: 0, object }] });
}
