import { canonicalJson } from '#std/canonical-json.ts';
import type { Expected as ExpectedOfAny, NormalForm } from './cloud.ts';
import type { IntentLedger } from './intent-ledger.ts';
import type { Checker } from './invariants.ts';
import type { ToyAccount } from './toy-account.ts';
import { newest, type ToyObject } from './toy-object.ts';

export interface Quiet {
  readonly cluster: string;
  readonly account: ToyAccount;
  readonly ledger: IntentLedger;
}

export function normalForm({ cluster, account, ledger }: Quiet): NormalForm {
  const ours = account.living().filter(({ owner }) => owner?.cluster === cluster);
  const addresses = new Map(
    ours.map(({ id, owner }) => [id, ledger.intents.get(owner?.instanceId ?? '')?.address ?? 'nowhere']),
  );
  const lines = ours.map(({ id, kind, values }) => {
    const named = Object.entries(values).map(([key, value]) => [key, addresses.get(String(value)) ?? value]);
    return `${addresses.get(id)} ${kind} ${canonicalJson(Object.fromEntries(named))}`;
  });
  return lines.toSorted();
}

/** The foreign objects, byte for byte. */
export function foreignText({ cluster, account }: Pick<Quiet, 'cluster' | 'account'>): string {
  const foreign = [...account.data.entries.values()].map(newest).filter(({ owner }) => owner?.cluster !== cluster);
  return canonicalJson(foreign);
}

interface Expected extends ExpectedOfAny {
  readonly foreign: string;
}

/** When nothing moves any more: nothing leaked, nothing double, all as it would be had nothing gone wrong. */
export function checkQuiescence(quiet: Quiet, checker: Checker, expected: Expected): void {
  const { cluster, account, ledger } = quiet;
  const ours = account.living().filter(({ owner }) => owner?.cluster === cluster);
  for (const object of ours) checkKnown(object, ledger, checker);
  checkSingle(ours, checker);
  const form = normalForm(quiet);
  const difference = differenceOf(form, expected.form);
  if (difference !== undefined) checker.report(expected.isRollback ? 8 : 7, difference);
  if (foreignText(quiet) !== expected.foreign) checker.report(9, 'foreign objects have changed');
  if (!expected.isDelete) return;
  for (const { id } of ours) checker.report(9, `${id} is left after the deletion`);
  if (!ledger.isTombstone) checker.report(9, 'the state is no tombstone');
}

function checkKnown({ id, owner }: ToyObject, ledger: IntentLedger, checker: Checker): void {
  const intent = ledger.intents.get(owner?.instanceId ?? '');
  if (intent === undefined) checker.report(1, `${id} is in no intent`);
  else if (intent.isGone) checker.report(1, `${id} of ${intent.address} is left, the journal says it is gone`);
}

function checkSingle(ours: readonly ToyObject[], checker: Checker): void {
  const seen = new Map<string, string>();
  for (const { id, owner } of ours) {
    const instanceId = owner?.instanceId ?? '';
    const twin = seen.get(instanceId);
    if (twin !== undefined) checker.report(2, `instance ${instanceId} exists as ${twin} and ${id}`);
    seen.set(instanceId, id);
  }
}

export function differenceOf(found: NormalForm, expected: NormalForm): string | undefined {
  const extra = found.find((line) => !expected.includes(line));
  const missing = expected.find((line) => !found.includes(line));
  if (extra === undefined && missing === undefined) return undefined;
  return `found ${extra ?? 'nothing else'} · expected ${missing ?? 'nothing else'}`;
}
