import { existsSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EtcdMembers, good } from './etcd-members.ts';

const NAME = 'control-plane-1';
const CARE = 'bootstrap-etcd-care.service';

let members: EtcdMembers;

beforeAll(async () => {
  members = await EtcdMembers.open(16);
  const machine = await members.add(NAME, 'new', [NAME]);
  await appendFile(machine.path('etc/bootstrap/node.env'), 'ETCD_CARE_SECONDS=1\n');
  good(await machine.vote());
});

afterAll(() => members[Symbol.asyncDispose]());

test('what was written is brought to the mailbox without anybody asking for it', async () => {
  await members.put(NAME, 'kept', 'word');
  await members.until('a snapshot', async () => (members.mailbox.received.size > 0 ? true : undefined));
  expect([...members.mailbox.received.keys()]).toEqual([`/${NAME}/snapshots/etcd-2`]);
});

test('one that is asked to leave and cannot says so, and goes on when it is not asked any more', async () => {
  members.mailbox.shown.set(`/${NAME}/letters/leave`, '{}');
  const log = () => members.machine(NAME).log(CARE);
  await members.until('a refusal', async () =>
    (await log()).includes('it is the only one that votes') ? true : undefined,
  );
  const asked = members.machine(NAME).path('var/lib/bootstrap/etcd-leaving');
  expect(existsSync(asked)).toBe(true);
  members.mailbox.shown.clear();
  await members.until('it to forget', async () => (existsSync(asked) ? undefined : true));
});

test('while etcd is away it says so once, and goes on when it is back', async () => {
  const machine = members.machine(NAME);
  const times = async () => (await machine.log(CARE)).match(/^Not in this round: .*does not answer/gm)?.length ?? 0;
  const before = await times();
  good(await machine.run(machine.path('bin/systemctl'), 'stop', 'bootstrap-etcd.service'));
  await members.until('a word of it', async () => ((await times()) > before ? true : undefined));
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  expect(await times()).toBe(before + 1);
  good(await machine.fire('bootstrap-etcd.service'));
  expect(await members.until('etcd', () => members.get(NAME, 'kept'))).toBe('word');
});
