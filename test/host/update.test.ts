import { beforeEach, expect, test } from 'vitest';
import type { Observation } from '#engine/resource.ts';
import { node, type NodeInputs } from '#host/node.ts';
import { PROTOCOL_FORMAT, Update, UPDATES_BEFORE, Welcome } from '#host/protocol.ts';
import { MemoryMailbox } from './support/memory-mailbox.ts';
import { contextOf } from './support/resource-context.ts';

const BOX = 'token-0';
const [OLD, NEW, NEWER] = ['a', 'b', 'c'].map((letter) => letter.repeat(64));
const CONTEXT = contextOf('eu-west-3.node.worker-1', 1);

function inputsFor(updates: number, kubelet = OLD): NodeInputs {
  return {
    name: 'worker-1',
    role: 'worker',
    region: 'eu-west-3',
    zone: 'eu-west-3a',
    mailbox: BOX,
    settings: {},
    secrets: {},
    certificates: {},
    assets: [{ name: 'kubelet', sha256: kubelet ?? '', form: 'program' }],
    updates,
    stages: ['ready'],
  };
}

let mailbox: MemoryMailbox;
/** As the state remembers it. */
let last: Awaited<ReturnType<typeof node.create>>;

beforeEach(async () => {
  mailbox = new MemoryMailbox();
  await become(inputsFor(0));
});

async function become(inputs: NodeInputs): Promise<void> {
  const keys = { sshHost: 'ssh-ed25519 AAAA', overlay: 'key' };
  mailbox.post(BOX, 'hello', { format: PROTOCOL_FORMAT, box: BOX, keys, requests: {} });
  last = await node.create({ mailbox }, { ...CONTEXT, token: '', variant: '', lot: [] }, inputs);
  mailbox.post(BOX, 'stage-01-ready');
  last = await node.sync({ mailbox }, CONTEXT, inputs, last);
}

function look(inputs: NodeInputs): Promise<Observation> {
  return node.observe({ mailbox }, CONTEXT, { inputs, last });
}

function sync(inputs: NodeInputs) {
  return node.sync({ mailbox }, CONTEXT, inputs, last);
}

function sent(): readonly string[] {
  return mailbox.names(BOX).filter((name) => name.startsWith('update-'));
}

test('other assets alone are sent to nobody: only one more update is', async () => {
  expect(await sync(inputsFor(0, NEW))).toMatchObject({ updates: 0, runs: { kubelet: OLD } });
  expect(sent()).toEqual([]);
  const expected = await sync(inputsFor(1, NEW));
  expect(sent()).toEqual(['update-01']);
  const update = Update.parse(JSON.parse(mailbox.boxes.get(BOX)?.get('update-01') ?? ''));
  expect(update).toEqual({ format: 1, box: BOX, number: 1, assets: inputsFor(1, NEW).assets });
  mailbox.post(BOX, 'updated-01');
  expect(await look(inputsFor(1, NEW))).toMatchObject({ outputs: expected, condition: { is: 'ready' } });
});

test('until its machine confirms it a node is not ready, and runs what it ran', async () => {
  await sync(inputsFor(1, NEW));
  const before = { updates: 0, runs: { kubelet: OLD } };
  expect(await look(inputsFor(1, NEW))).toMatchObject({
    outputs: before,
    condition: { is: 'pending', waitingFor: 'update 1' },
  });
  // Also to whoever comes later and declares nothing new.
  expect(await look(inputsFor(0))).toMatchObject({ condition: { is: 'pending' } });
  await sync(inputsFor(1, NEW));
  expect(sent()).toEqual(['update-01']);
});

test('where its machine is halted the stage, the reason and the log can be read, and another update is sent', async () => {
  await sync(inputsFor(1, NEW));
  const report = { format: 1, box: BOX, stage: 'kubelet', reason: 'It does not start.', lastLines: ['panic'] };
  mailbox.post(BOX, 'halted-01', report);
  expect(await look(inputsFor(1, NEW))).toMatchObject({
    outputs: { updates: 0, runs: { kubelet: OLD } },
    condition: {
      is: 'failed',
      reason: 'Update 1 has not come to its end. Stage kubelet: It does not start.\n  | panic',
      remedy:
        'The machine goes on by itself where it can. When the cause is gone, or with a lock that has other versions, go on:\n  bootstrap upgrade NAME',
    },
  });
  expect(await look(inputsFor(2, NEWER))).toMatchObject({ condition: { is: 'ready' } });
  await sync(inputsFor(2, NEWER));
  mailbox.post(BOX, 'updated-02');
  expect(await look(inputsFor(2, NEWER))).toMatchObject({
    outputs: { updates: 2, runs: { kubelet: NEWER } },
    condition: { is: 'ready' },
  });
});

test('an update that was decided on and never sent leaves no gap before which its machine would wait', async () => {
  await sync(inputsFor(3, NEWER));
  expect(sent()).toEqual(['update-01', 'update-02', 'update-03']);
  for (const [index, letter] of sent().entries()) {
    const update = Update.parse(JSON.parse(mailbox.boxes.get(BOX)?.get(letter) ?? ''));
    expect(update).toEqual({ format: 1, box: BOX, number: index + 1, assets: inputsFor(3, NEWER).assets });
  }
  mailbox.post(BOX, 'updated-01');
  expect(await look(inputsFor(3, NEWER))).toMatchObject({ condition: { is: 'pending', waitingFor: 'update 3' } });
});

test('what was sent stays as it was, whatever is meant later', async () => {
  await sync(inputsFor(1, NEW));
  mailbox.post(BOX, 'halted-01', {});
  await sync(inputsFor(3, NEWER));
  const [first] = sent().map((letter) => Update.parse(JSON.parse(mailbox.boxes.get(BOX)?.get(letter) ?? '')));
  expect([sent(), first?.assets]).toEqual([['update-01', 'update-02', 'update-03'], inputsFor(1, NEW).assets]);
});

test('a machine that was halted and comes to the end after all has confirmed it', async () => {
  await sync(inputsFor(1, NEW));
  mailbox.post(BOX, 'halted-01', {});
  mailbox.post(BOX, 'updated-01');
  expect(await look(inputsFor(1, NEW))).toMatchObject({ outputs: { updates: 1 }, condition: { is: 'ready' } });
});

test('who never becomes what it was told is no less a node: it is not given up', async () => {
  await sync(inputsFor(1, NEW));
  await node.giveUp?.({ mailbox }, CONTEXT, last);
  expect(mailbox.names(BOX)).not.toContain('given-up');
});

test('another machine of the node knows which update comes next', async () => {
  mailbox = new MemoryMailbox();
  await become(inputsFor(3, NEW));
  expect(last).toMatchObject({ updates: 3, runs: { kubelet: NEW } });
  expect(await look(inputsFor(3, NEW))).toMatchObject({ outputs: last, condition: { is: 'ready' } });
  await sync(inputsFor(4, NEWER));
  expect(sent()).toEqual(['update-04']);
  mailbox = new MemoryMailbox();
  const keys = { sshHost: 'ssh-ed25519 AAAA', overlay: 'key' };
  mailbox.post(BOX, 'hello', { format: PROTOCOL_FORMAT, box: BOX, keys, requests: {} });
  await node.create({ mailbox }, { ...CONTEXT, token: '', variant: '', lot: [] }, inputsFor(3, NEW));
  const { settings } = Welcome.parse(JSON.parse(mailbox.boxes.get(BOX)?.get('welcome') ?? ''));
  expect(settings).toEqual({ [UPDATES_BEFORE]: '3' });
});
