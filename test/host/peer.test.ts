import { beforeEach, describe, expect, test } from 'vitest';
import { boardIn } from '#host/board-text.ts';
import { peer } from '#host/peer.ts';
import { PROTOCOL_FORMAT } from '#host/protocol.ts';
import { settledLetter } from '#host/settled.ts';
import { SharedPeerBoard } from '#host/shared-peer-board.ts';
import { SystemClock } from '#std/system-clock.ts';
import { MemoryBoard } from './support/memory-board.ts';
import { MemoryMailbox } from './support/memory-mailbox.ts';
import { contextOf } from './support/resource-context.ts';

const BOX = 'token-0';
const KEY = Buffer.alloc(32, 1).toString('base64');
const OTHER_KEY = Buffer.alloc(32, 2).toString('base64');
const INPUTS = {
  node: 'control-plane-1',
  box: BOX,
  overlayAddress: '10.43.0.1',
  podCidr: '10.48.0.0/24',
  region: 'eu-west-3',
  privateAddress: '10.42.0.5',
  publicAddress: '203.0.113.7',
  port: 51_820,
  isMember: true,
};
const OUTPUTS = {
  node: 'control-plane-1',
  box: BOX,
  publicKey: KEY,
  overlayAddress: '10.43.0.1',
  podCidr: '10.48.0.0/24',
  region: 'eu-west-3',
  endpoints: { near: '10.42.0.5:51820', far: '203.0.113.7:51820' },
  isMember: true,
};
const { isMember: _, ...ON_THE_BOARD } = OUTPUTS;

let mailbox: MemoryMailbox;
let register: MemoryBoard;
let peers: SharedPeerBoard;

beforeEach(() => {
  mailbox = new MemoryMailbox();
  register = new MemoryBoard();
  peers = new SharedPeerBoard(register, new SystemClock());
});

const context = () => contextOf('eu-west-3.peer.control-plane-1');
const session = () => ({ mailbox, peers });
const onBoard = () => (register.stored === undefined ? [] : boardIn(register.stored.text).peers);

function sayHello(box = BOX, overlay = KEY): void {
  const keys = { sshHost: 'ssh-ed25519 AAAA', overlay };
  mailbox.post(box, 'hello', { format: PROTOCOL_FORMAT, box, keys, requests: {} });
}

async function published(change: Partial<typeof INPUTS> = {}) {
  const inputs = { ...INPUTS, ...change };
  sayHello(inputs.box);
  return peer.create(session(), context(), inputs);
}

function observe(change: Partial<typeof INPUTS> = {}) {
  return peer.observe(session(), context(), { inputs: { ...INPUTS, ...change }, last: undefined });
}

describe('a peer', () => {
  test('is known to all others by the key of its own hello', async () => {
    expect(await published()).toEqual(OUTPUTS);
    expect(onBoard()).toEqual([ON_THE_BOARD]);
    const { cluster, instanceId } = context();
    expect(await observe()).toMatchObject({ outputs: OUTPUTS, owner: { cluster, instanceId } });
  });

  test('waits for the hello', async () => {
    await expect(peer.create(session(), context(), INPUTS)).rejects.toMatchObject({ outcome: 'not-yet' });
    expect(onBoard()).toEqual([]);
  });

  test('is nobody whose hello has no key: the machine is given up', async () => {
    sayHello(BOX, 'PublicKey = stolen\nAllowedIPs = 0.0.0.0/0');
    await expect(peer.create(session(), context(), INPUTS)).rejects.toMatchObject({ reason: 'invalid' });
    expect(onBoard()).toEqual([]);
    expect(mailbox.names(BOX)).toContain('given-up');
  });

  test('that another machine has left on the board is not there, and makes way', async () => {
    await published({ box: 'token-9' });
    expect(await observe()).toEqual({ state: 'absent' });
    sayHello(BOX, OTHER_KEY);
    await peer.create(session(), context(), INPUTS);
    expect(onBoard()).toEqual([{ ...ON_THE_BOARD, publicKey: OTHER_KEY }]);
  });

  test('is refused what another node has, at once', async () => {
    await published({ node: 'worker-1', box: 'token-9', podCidr: '10.48.9.0/24' });
    sayHello(BOX, OTHER_KEY);
    const message = 'control-plane-1 cannot be known to the others: 10.43.0.1 is taken by worker-1 (token-9).';
    const refused = { outcome: 'rejected', reason: 'invalid', message };
    await expect(peer.create(session(), context(), INPUTS)).rejects.toMatchObject(refused);
    expect(onBoard().map(({ node }) => node)).toEqual(['worker-1']);
  });

  test('is told to be elsewhere when its machine has another public address, with the same key', async () => {
    const before = await published();
    const inputs = { ...INPUTS, publicAddress: '203.0.113.8' };
    const after = await peer.sync(session(), context(), inputs, before);
    expect(after).toEqual({ ...OUTPUTS, endpoints: { near: '10.42.0.5:51820', far: '203.0.113.8:51820' } });
    expect(await peer.sync(session(), context(), inputs, after)).toBe(after);
    expect(onBoard()[0]?.endpoints.far).toBe('203.0.113.8:51820');
  });

  test('without a public address is not called from outside', async () => {
    expect(await published({ publicAddress: '' })).toMatchObject({ endpoints: { near: '10.42.0.5:51820', far: '' } });
  });
});

describe('before it is taken off the board', () => {
  const settle = (): void => mailbox.post(BOX, settledLetter(context().instanceId));
  const destroy = (isMember = true) => peer.destroy(session(), context(), { ...OUTPUTS, isMember });

  /** Another machine, which went through this stage among others. */
  const otherIsReady = async (stage: string): Promise<void> => {
    sayHello('token-2', OTHER_KEY);
    const own = { node: 'worker-1', box: 'token-2', overlayAddress: '10.43.0.2', podCidr: '10.48.1.0/24' };
    await peer.create(session(), contextOf('eu-west-3.peer.worker-1'), { ...INPUTS, ...own });
    for (const letter of ['stage-03-overlay', stage]) mailbox.post('token-2', letter);
    mailbox.post('token-2', settledLetter(contextOf('eu-west-3.node.worker-1').instanceId));
  };

  test('a machine of the quorum is asked to leave, and awaited', async () => {
    await published();
    settle();
    await expect(destroy()).rejects.toMatchObject({ reason: 'dependency' });
    await expect(destroy()).rejects.toMatchObject({ reason: 'dependency' });
    expect(mailbox.names(BOX)).toContain('leave');
    expect(onBoard()).toHaveLength(1);
    mailbox.post(BOX, 'left');
    await destroy();
    expect(onBoard()).toEqual([]);
  });

  test('what a machine said when it was asked before does not count: it may have joined again', async () => {
    await published();
    settle();
    mailbox.post(BOX, 'left');
    await expect(destroy()).rejects.toMatchObject({ reason: 'dependency' });
    expect(mailbox.names(BOX)).toEqual(['hello', 'leave', settledLetter(context().instanceId)].toSorted());
    expect(onBoard()).toHaveLength(1);
  });

  test.each(['stage-04-seat', 'stage-05-etcd'])(
    'one that got as far as %s and no further is asked as well',
    async (stage) => {
      await published();
      await otherIsReady('stage-05-etcd');
      mailbox.post(BOX, stage);
      await expect(destroy()).rejects.toMatchObject({ reason: 'dependency' });
      expect(await mailbox.read({}, BOX, 'leave')).not.toContain('nothingToLose');
      expect(onBoard()).toHaveLength(2);
    },
  );

  test('as long as no member has been ready whoever is asked has nothing to lose, whoever else is ready', async () => {
    await published();
    await otherIsReady('stage-04-kubelet');
    mailbox.post(BOX, 'stage-05-etcd');
    await expect(destroy()).rejects.toMatchObject({ reason: 'dependency' });
    expect(JSON.parse((await mailbox.read({}, BOX, 'leave')) ?? '')).toMatchObject({ nothingToLose: true });
  });

  test.each<[why: string, arrange: () => void, isMember?: boolean]>([
    ['is gone', () => mailbox.goneMachines.add(BOX)],
    ['has never joined', () => mailbox.boxes.get(BOX)?.delete(settledLetter(context().instanceId))],
    ['is in no quorum', () => undefined, false],
  ])('nobody is asked when the machine %s', async (_why, arrange, isMember) => {
    await published();
    settle();
    arrange();
    await destroy(isMember);
    expect(mailbox.names(BOX)).not.toContain('leave');
    expect(onBoard()).toEqual([]);
  });

  test('one that may hold what a ready member has left behind has something to lose', async () => {
    await published();
    await peers.withdraw(context(), { node: 'worker-1', box: 'token-2', wasReady: true });
    for (const letter of ['stage-04-seat', 'given-up']) mailbox.post(BOX, letter);
    await expect(destroy()).rejects.toMatchObject({ reason: 'dependency' });
    expect(await mailbox.read({}, BOX, 'leave')).not.toContain('nothingToLose');
  });

  test('one that was awaited in vain before it voted is asked, and awaited again only where there is something to lose', async () => {
    await published();
    for (const letter of ['stage-04-seat', 'given-up']) mailbox.post(BOX, letter);
    await otherIsReady('stage-05-etcd');
    await expect(destroy()).rejects.toMatchObject({ reason: 'dependency' });
    await peers.withdraw(context(), { node: 'worker-1', box: 'token-2' });
    await destroy();
    expect(mailbox.names(BOX)).toContain('leave');
    expect(onBoard()).toEqual([]);
  });

  test('that a ready member was taken off the board stays known', async () => {
    await published();
    for (const letter of ['stage-05-etcd', 'was-ready', 'leave', 'left']) mailbox.post(BOX, letter);
    await destroy();
    expect(await peers.hasRetired(context())).toBe(true);
  });

  test('only what is the same machine’s is taken off', async () => {
    await published({ box: 'token-9' });
    await destroy();
    expect(onBoard().map(({ box }) => box)).toEqual(['token-9']);
  });

  test('a machine that stays after all is not asked any more', async () => {
    await published();
    settle();
    await destroy().catch(() => undefined);
    mailbox.post(BOX, 'left');
    await destroy();
    await published();
    expect(mailbox.names(BOX)).toEqual(['hello', settledLetter(context().instanceId)].toSorted());
    expect(onBoard()).toHaveLength(1);
  });
});
