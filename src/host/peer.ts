import { z } from 'zod';
import { CallError, isRejected } from '#engine/call.ts';
import { ABSENT, defineResource, READY, type ResourceContext } from '#engine/resource.ts';
import { sameValue } from '#std/same-value.ts';
import { readHello, refuseHello } from './hello.ts';
import { leave, stay } from './leave.ts';
import type { Mailbox } from './mailbox.ts';
import { Peer, type PeerBoard } from './peer-board.ts';

/** What a provider's session has for the ends of the overlay. */
export interface PeerSession {
  readonly mailbox: Mailbox;
  readonly peers: PeerBoard;
}

const Inputs = z.strictObject({
  node: Peer.shape.node,
  /** Of its machine, whose hello has its key. */
  box: Peer.shape.box,
  overlayAddress: Peer.shape.overlayAddress,
  podCidr: Peer.shape.podCidr,
  region: Peer.shape.region,
  privateAddress: z.string(),
  /** Empty: from outside it cannot be reached. */
  publicAddress: z.string(),
  port: z.int().min(1).max(65_535),
  /** It is a member of what does not stand that members are just taken away. */
  isMember: z.boolean(),
});
type Inputs = Readonly<z.output<typeof Inputs>>;

const Outputs = z.strictObject({ ...Peer.shape, isMember: z.boolean() });
type Outputs = Readonly<z.output<typeof Outputs>>;

/**
 * A node as all others know it. It stands on the board before its machine is told what it becomes, and is off it before
 * the machine goes: nobody answers any more to a key whose machine is somebody else's tomorrow.
 */
export const peer = defineResource<PeerSession>()({
  kind: 'peer',
  inputs: Inputs,
  outputs: Outputs,
  identity: 'name',
  replaceOn: ['node', 'box', 'overlayAddress', 'podCidr', 'region'],
  replaceOrder: 'destroy-first',
  stableOutputs: ['node', 'box', 'publicKey', 'overlayAddress', 'podCidr', 'region'],
  idOf: ({ node, box }) => `${node} ${box}`,

  async observe({ peers }, context, { inputs }) {
    const found = await peers.find(context, inputs.node);
    if (found === undefined || found.box !== inputs.box) return ABSENT;
    const { cluster, instanceId } = context;
    const outputs = { ...found, isMember: inputs.isMember };
    return { state: 'present', outputs, owner: { cluster, instanceId }, condition: READY };
  },

  async create({ mailbox, peers }, context, inputs) {
    const { keys } = await readHello(mailbox, context, inputs.box);
    const known = Peer.safeParse(peerOf(inputs, keys.overlay));
    if (!known.success)
      return refuseHello(mailbox, context, { box: inputs.box, why: 'The key for the overlay in its hello is none.' });
    // What is on the board is done: nobody would come back to what is left to do after that.
    if (inputs.isMember) await stay(mailbox, context, inputs.box);
    await publish(peers, context, known.data);
    return { ...known.data, isMember: inputs.isMember };
  },

  async sync({ peers }, context, inputs, observed) {
    const { isMember } = inputs;
    const wanted = { ...peerOf(inputs, observed.publicKey), isMember };
    if (sameValue(wanted, observed)) return observed;
    await peers.publish(context, peerOf(inputs, observed.publicKey));
    return wanted;
  },

  async destroy({ mailbox, peers }, context, outputs) {
    const { wasReady } = outputs.isMember ? await leave({ mailbox, peers }, context, outputs.box) : { wasReady: false };
    await peers.withdraw(context, { node: outputs.node, box: outputs.box, wasReady });
  },
});

function peerOf(inputs: Inputs, publicKey: string): Peer {
  const { node, box, overlayAddress, podCidr, region, privateAddress, publicAddress, port } = inputs;
  const far = publicAddress === '' ? '' : `${publicAddress}:${port}`;
  const endpoints = { near: `${privateAddress}:${port}`, far };
  return { node, box, publicKey, overlayAddress, podCidr, region, endpoints };
}

/** What another machine has left on the board under this name is not there for anybody: the state knows only this one. */
async function publish(peers: PeerBoard, context: ResourceContext, wanted: Peer): Promise<void> {
  try {
    await peers.publish(context, wanted);
  } catch (error) {
    if (!isRejected(error, 'exists')) throw error;
    const forerunner = await peers.find(context, wanted.node);
    if (forerunner === undefined || forerunner.box === wanted.box) throw definitive(error);
    await peers.withdraw(context, forerunner);
    await peers.publish(context, wanted).catch((still: unknown) => {
      throw definitive(still);
    });
  }
}

/** Waiting does not help: what it would have is another node's. */
function definitive(error: unknown): unknown {
  if (!(error instanceof CallError) || !isRejected(error, 'exists')) return error;
  return new CallError({ outcome: 'rejected', reason: 'invalid', message: error.message, cause: error });
}
