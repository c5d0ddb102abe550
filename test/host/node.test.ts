import { beforeEach, describe, expect, test } from 'vitest';
import { CallError } from '#engine/call.ts';
import type { Observation } from '#engine/resource.ts';
import { node, type NodeInputs } from '#host/node.ts';
import { asTold, digestsOf } from '#host/renewal.ts';
import { PROTOCOL_FORMAT, Renewal, Welcome } from '#host/protocol.ts';
import { settledLetter } from '#host/settled.ts';
import { Secret } from '#std/secret.ts';
import { MemoryMailbox } from './support/memory-mailbox.ts';
import { CLUSTER, contextOf as resourceContext } from './support/resource-context.ts';

const BOX = 'token-0';
const INPUTS: NodeInputs = {
  name: 'worker-1',
  role: 'worker',
  region: 'eu-west-3',
  zone: 'eu-west-3a',
  mailbox: BOX,
  settings: { NODE: 'worker-1', OVERLAY_ADDRESS: '10.43.0.129' },
  secrets: { 'overlay-psk': new Secret('the overlay key') },
  certificates: { etcd: { certificate: 'CERTIFICATE', believes: ['AUTHORITY', 'SUCCESSOR'] } },
  assets: [{ name: 'etcd', sha256: 'a'.repeat(64), form: 'tar.gz' }],
  updates: 0,
  stages: ['network', 'overlay', 'ready'],
};

const OUTPUTS = {
  name: 'worker-1',
  mailbox: BOX,
  renewals: 0,
  delivered: digestsOf(asTold(INPUTS.certificates)),
  updates: 0,
  runs: Object.fromEntries([['etcd', 'a'.repeat(64)]]),
};

const contextOf = (incarnation = 1) => resourceContext('eu-west-3.node.worker-1', incarnation);

let mailbox: MemoryMailbox;

beforeEach(() => {
  mailbox = new MemoryMailbox();
});

function sayHello(box = BOX): void {
  mailbox.post(BOX, 'hello', {
    format: PROTOCOL_FORMAT,
    box,
    keys: { sshHost: 'ssh-ed25519 AAAA', overlay: 'key' },
    requests: {},
  });
}

function observe(): Promise<Observation> {
  return node.observe({ mailbox }, contextOf(), { inputs: INPUTS, last: undefined });
}

async function conditionOf(): Promise<unknown> {
  const seen = await observe();
  return seen.state === 'present' ? seen.condition : seen.state;
}

async function welcomed(): Promise<void> {
  sayHello();
  await node.create({ mailbox }, contextOf(), INPUTS);
}

describe('the welcome', () => {
  test('answers the hello of the machine and names the incarnation it is for', async () => {
    await welcomed();
    const welcome = Welcome.parse(JSON.parse(mailbox.boxes.get(BOX)?.get('welcome') ?? ''));
    expect(welcome).toMatchObject({ node: 'worker-1', incarnation: contextOf().instanceId, stages: INPUTS.stages });
    const { settings, assets } = INPUTS;
    const certificates = { etcd: { certificate: 'CERTIFICATE', authority: 'AUTHORITYSUCCESSOR' } };
    expect(welcome).toMatchObject({ settings, certificates, assets });
    expect(welcome.secrets).toEqual({ 'overlay-psk': 'the overlay key' });
    expect(await observe()).toMatchObject({ owner: { cluster: CLUSTER, instanceId: contextOf().instanceId } });
  });

  test('waits for the hello', async () => {
    await expect(node.create({ mailbox }, contextOf(), INPUTS)).rejects.toMatchObject({ outcome: 'not-yet' });
    expect(mailbox.names(BOX)).toEqual([]);
  });

  test('is refused to a machine that speaks for another box, which is given up', async () => {
    sayHello('token-1');
    await expect(node.create({ mailbox }, contextOf(), INPUTS)).rejects.toMatchObject({ reason: 'invalid' });
    expect(mailbox.names(BOX)).toEqual(['given-up', 'hello']);
  });

  test('is given once', async () => {
    await welcomed();
    await expect(node.create({ mailbox }, contextOf(2), INPUTS)).rejects.toMatchObject({ reason: 'exists' });
  });

  test('is taken away with its secrets once the node is ready, and whose node it is stays readable', async () => {
    await welcomed();
    for (const letter of ['stage-01-network', 'stage-02-overlay', 'stage-03-ready']) mailbox.post(BOX, letter);
    await node.sync({ mailbox }, contextOf(), INPUTS, OUTPUTS);
    expect([...(mailbox.boxes.get(BOX)?.values() ?? [])].join()).not.toContain('the overlay key');
    expect(await observe()).toMatchObject({
      condition: { is: 'ready' },
      owner: { cluster: CLUSTER, instanceId: contextOf().instanceId },
    });
  });
});

describe('whose a node is', () => {
  const ready = async (): Promise<void> => {
    await welcomed();
    for (const letter of ['stage-01-network', 'stage-02-overlay', 'stage-03-ready']) mailbox.post(BOX, letter);
  };
  test('can be read at every moment, also when the last letters could not be left', async () => {
    await ready();
    mailbox.write = () => Promise.reject(new CallError({ outcome: 'ambiguous', message: 'no answer' }));
    await expect(node.sync({ mailbox }, contextOf(), INPUTS, OUTPUTS)).rejects.toThrow('no answer');
    expect(await observe()).toMatchObject({ owner: { cluster: CLUSTER, instanceId: contextOf().instanceId } });
  });

  test('is no matter of who looks: a later incarnation sees the earlier one', async () => {
    await ready();
    await node.sync({ mailbox }, contextOf(), INPUTS, OUTPUTS);
    const seen = await node.observe({ mailbox }, contextOf(2), { inputs: INPUTS, last: undefined });
    expect(seen).toMatchObject({ owner: { cluster: CLUSTER, instanceId: contextOf(1).instanceId } });
  });
});

describe('a node', () => {
  test('is absent before its welcome', async () => {
    sayHello();
    expect(await conditionOf()).toBe('absent');
  });

  test('is pending with the stage it is at', async () => {
    await welcomed();
    mailbox.post(BOX, 'stage-01-network');
    expect(await conditionOf()).toEqual({ is: 'pending', waitingFor: 'stage overlay', progress: { done: 1, of: 3 } });
  });

  test('is ready when every stage is reported', async () => {
    await welcomed();
    for (const letter of ['stage-01-network', 'stage-02-overlay', 'stage-03-ready']) mailbox.post(BOX, letter);
    expect(await conditionOf()).toEqual({ is: 'ready' });
  });

  test('has failed with the last lines of its log', async () => {
    await welcomed();
    const report = {
      format: PROTOCOL_FORMAT,
      box: BOX,
      stage: 'overlay',
      reason: 'no route',
      lastLines: ['one', 'two'],
    };
    mailbox.post(BOX, 'failed', report);
    expect(await conditionOf()).toEqual({ is: 'failed', reason: 'Stage overlay: no route\n  | one\n  | two' });
  });

  test('has failed even when its failure cannot be read', async () => {
    await welcomed();
    mailbox.post(BOX, 'failed', 'nonsense');
    expect(await conditionOf()).toEqual({ is: 'failed', reason: 'It reported a failure that cannot be read.' });
  });

  test('that claims to be ready without its stages is not believed', async () => {
    await welcomed();
    mailbox.post(BOX, 'stage-03-ready');
    expect(await conditionOf()).toEqual({
      is: 'failed',
      reason: 'It reported ready without having reported network.',
    });
  });

  test('whose machine is gone has failed', async () => {
    await welcomed();
    mailbox.goneMachines.add(BOX);
    expect(await conditionOf()).toMatchObject({ is: 'failed' });
  });

  test('that is given up has failed for whoever looks later, and giving up twice is one', async () => {
    await welcomed();
    await node.giveUp?.({ mailbox }, contextOf(), OUTPUTS);
    await node.giveUp?.({ mailbox }, contextOf(), OUTPUTS);
    expect(await conditionOf()).toEqual({ is: 'failed', reason: 'It was awaited in vain while it was at network.' });
  });

  test('leaves its machine its hello when it is destroyed, and what tells of its membership', async () => {
    await welcomed();
    const membership = ['leave', 'left', 'stage-04-seat', 'stage-05-etcd'];
    for (const letter of ['stage-01-network', ...membership]) mailbox.post(BOX, letter);
    await node.destroy({ mailbox }, contextOf(), OUTPUTS);
    expect(mailbox.names(BOX)).toEqual(['hello', ...membership].toSorted());
  });

  test('leaves word that a member was ready, before nothing tells it any more', async () => {
    await welcomed();
    for (const letter of ['stage-03-overlay', 'stage-05-etcd', settledLetter(contextOf().instanceId)])
      mailbox.post(BOX, letter);
    await node.destroy({ mailbox }, contextOf(), OUTPUTS);
    expect(mailbox.names(BOX)).toEqual(['hello', 'stage-05-etcd', 'was-ready']);
  });

  test('leaves word that it was awaited in vain before it voted', async () => {
    await welcomed();
    for (const letter of ['stage-04-seat', 'given-up']) mailbox.post(BOX, letter);
    await node.destroy({ mailbox }, contextOf(), OUTPUTS);
    expect(mailbox.names(BOX)).toEqual(['given-up', 'hello', 'stage-04-seat']);
  });
});

describe('a node that runs', () => {
  const RENEWED: NodeInputs = {
    ...INPUTS,
    certificates: { etcd: { certificate: 'RENEWED', believes: ['AUTHORITY'] } },
  };
  const observeAs = (inputs: NodeInputs, last: typeof OUTPUTS | undefined) =>
    node.observe({ mailbox }, contextOf(), { inputs, last });
  const outputsOf = async (last: typeof OUTPUTS | undefined): Promise<typeof OUTPUTS> => {
    const seen = await observeAs(RENEWED, last);
    if (seen.state !== 'present') throw new RangeError(seen.state);
    return seen.outputs;
  };
  const settle = async (): Promise<void> => {
    await welcomed();
    for (const letter of ['stage-01-network', 'stage-02-overlay', 'stage-03-ready']) mailbox.post(BOX, letter);
    expect(await node.sync({ mailbox }, contextOf(), INPUTS, OUTPUTS)).toEqual(OUTPUTS);
  };
  const letters = (): readonly string[] => mailbox.names(BOX).filter((name) => name.startsWith('renewal-'));

  test('is sent what has changed of its certificates, once, whole, and without a secret', async () => {
    await settle();
    const renewed = await node.sync({ mailbox }, contextOf(), RENEWED, OUTPUTS);
    expect(renewed).toEqual({ ...OUTPUTS, renewals: 1, delivered: digestsOf(asTold(RENEWED.certificates)) });
    const text = mailbox.boxes.get(BOX)?.get('renewal-01') ?? '';
    expect(Renewal.parse(JSON.parse(text))).toEqual({
      format: PROTOCOL_FORMAT,
      box: BOX,
      number: 1,
      certificates: { etcd: { certificate: 'RENEWED', authority: 'AUTHORITY' } },
    });
    expect(text).not.toContain('the overlay key');
    expect(await node.sync({ mailbox }, contextOf(), RENEWED, renewed)).toEqual(renewed);
    expect(letters()).toEqual(['renewal-01']);
  });

  test('is sent nothing for what it did not ask for, neither alone nor with what it did', async () => {
    const NOT_ASKED = { certificate: '', believes: ['AUTHORITY'] };
    await settle();
    const held = { ...INPUTS, certificates: { ...INPUTS.certificates, services: NOT_ASKED } };
    expect(await node.sync({ mailbox }, contextOf(), held, OUTPUTS)).toEqual(OUTPUTS);
    expect(letters()).toEqual([]);
    const renewed = { ...RENEWED, certificates: { ...RENEWED.certificates, services: NOT_ASKED } };
    await node.sync({ mailbox }, contextOf(), renewed, OUTPUTS);
    const text = mailbox.boxes.get(BOX)?.get('renewal-01') ?? '';
    expect(Object.keys(Renewal.parse(JSON.parse(text)).certificates)).toEqual(['etcd']);
  });

  test('is seen with what it was sent last, whoever looks, and the state is believed where it can be', async () => {
    await settle();
    const renewed = await node.sync({ mailbox }, contextOf(), RENEWED, OUTPUTS);
    for (const last of [OUTPUTS, renewed]) expect(await outputsOf(last)).toEqual(renewed);
    // What it runs was only ever in its welcome, and in the state.
    expect(await outputsOf(undefined)).toEqual({ ...renewed, runs: {} });
    mailbox.read = () => Promise.reject(new RangeError('asked again'));
    expect(await outputsOf(renewed)).toEqual(renewed);
  });

  test('is sent the next letter when somebody whose answer was lost has sent one', async () => {
    await settle();
    await node.sync({ mailbox }, contextOf(), INPUTS, { ...OUTPUTS, delivered: {} });
    const sent = node.sync({ mailbox }, contextOf(), RENEWED, OUTPUTS);
    await expect(sent).rejects.toMatchObject({ outcome: 'ambiguous' });
    const seen = await outputsOf(OUTPUTS);
    expect(seen).toEqual({ ...OUTPUTS, renewals: 1 });
    await node.sync({ mailbox }, contextOf(), RENEWED, seen);
    expect(letters()).toEqual(['renewal-01', 'renewal-02']);
  });

  test('is sent another letter when somebody else has touched the last', async () => {
    await settle();
    const renewed = await node.sync({ mailbox }, contextOf(), RENEWED, OUTPUTS);
    await mailbox.remove(undefined, BOX, ['renewal-01']);
    expect(await outputsOf(renewed)).toEqual({ ...OUTPUTS, delivered: {} });
    mailbox.post(BOX, 'renewal-03', 'nonsense');
    expect(await outputsOf(renewed)).toEqual({ ...OUTPUTS, renewals: 3, delivered: {} });
  });

  test('is known by its welcome as long as that is there, and is sent all when nothing is known', async () => {
    await welcomed();
    expect(await outputsOf(undefined)).toEqual(OUTPUTS);
    for (const letter of ['stage-01-network', 'stage-02-overlay', 'stage-03-ready']) mailbox.post(BOX, letter);
    await node.sync({ mailbox }, contextOf(), INPUTS, OUTPUTS);
    const lost = await outputsOf(undefined);
    expect(lost).toEqual({ ...OUTPUTS, delivered: {}, runs: {} });
    await node.sync({ mailbox }, contextOf(), INPUTS, lost);
    expect(letters()).toEqual(['renewal-01']);
  });

  test('is sent another letter when it has refused the last, and none when it has taken it', async () => {
    await settle();
    const renewed = await node.sync({ mailbox }, contextOf(), RENEWED, OUTPUTS);
    mailbox.post(BOX, 'refused-01', { format: PROTOCOL_FORMAT, box: BOX, reason: 'it is older' });
    expect(await outputsOf(renewed)).toEqual({ ...renewed, delivered: {} });
    const again = await node.sync({ mailbox }, contextOf(), RENEWED, await outputsOf(renewed));
    expect(again).toEqual({ ...renewed, renewals: 2 });
    expect(letters()).toEqual(['renewal-01', 'renewal-02']);
    expect(await outputsOf(again)).toEqual(again);
    mailbox.post(BOX, 'renewed-02');
    mailbox.post(BOX, 'refused-02');
    expect(await outputsOf(again)).toEqual(again);
  });

  test('keeps its letters as long as it lives', async () => {
    await settle();
    const renewed = await node.sync({ mailbox }, contextOf(), RENEWED, OUTPUTS);
    await node.destroy({ mailbox }, contextOf(), renewed);
    expect(mailbox.names(BOX)).toEqual(['hello']);
  });
});
