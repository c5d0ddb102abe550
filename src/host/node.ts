import { z } from 'zod';
import { CallError, isRejected } from '#engine/call.ts';
import { ABSENT, type Condition, defineResource, type Owner, READY, type ResourceContext } from '#engine/resource.ts';
import { isClusterUid, isInstanceId } from '#engine/address.ts';
import { Secret } from '#std/secret.ts';
import type { BoxContents, Mailbox } from './mailbox.ts';
import { FailureReport, Hello, LETTER, PROTOCOL_FORMAT, stageLetter, Welcome } from './protocol.ts';

/** What a provider's session has for the nodes that live on its machines. */
export interface NodeSession {
  readonly mailbox: Mailbox;
}

const Inputs = z.strictObject({
  name: z.string(),
  role: z.string(),
  region: z.string(),
  zone: z.string(),
  /** Of the machine that is to become this node. */
  mailbox: z.string(),
  overlayAddress: z.string(),
  podCidr: z.string(),
  presharedKey: z.instanceof(Secret),
  stages: z.array(z.string()).readonly(),
});
export type NodeInputs = Readonly<z.output<typeof Inputs>>;

const Outputs = z.strictObject({ name: z.string(), mailbox: z.string() });

/**
 * A machine that becomes a node: it is given its welcome, once, and is ready when it has reported every stage. Whose it
 * is the welcome says; once the node is ready the welcome, which holds secrets, makes way for a letter that only says that.
 */
export const node = defineResource<NodeSession>()({
  kind: 'node',
  inputs: Inputs,
  outputs: Outputs,
  identity: 'name',
  replaceOn: ['name', 'role', 'region', 'zone', 'mailbox', 'overlayAddress', 'podCidr'],
  replaceOrder: 'destroy-first',
  stableOutputs: ['name', 'mailbox'],
  idOf: ({ mailbox }) => mailbox,

  async observe({ mailbox }, context, { inputs }) {
    const { name, mailbox: box, stages } = inputs;
    const contents = await mailbox.look(context, box);
    const outputs = { name, mailbox: box };
    const settled = settledFor(contents, context);
    if (settled !== undefined) return { state: 'present', outputs, owner: settled, condition: READY };
    const welcome = await readWelcome(mailbox, context, { box, contents });
    if (welcome === undefined) return ABSENT;
    const condition = await conditionOf(mailbox, context, { box, stages, contents });
    return { state: 'present', outputs, owner: ownerOf(welcome), condition };
  },

  async create({ mailbox }, context, inputs) {
    const { name, mailbox: box } = inputs;
    await checkHello(mailbox, context, box);
    await mailbox.write(context, box, { name: LETTER.welcome, body: JSON.stringify(welcomeFor(context, inputs)) });
    return { name, mailbox: box };
  },

  async sync({ mailbox }, context, _inputs, observed) {
    const { mailbox: box } = observed;
    const { letters } = await mailbox.look(context, box);
    const settled = `${SETTLED}${context.instanceId}`;
    if (!letters.includes(settled)) await writeOnce(mailbox, context, box, settled);
    if (letters.includes(LETTER.welcome)) await mailbox.remove(context, box, [LETTER.welcome]);
    return observed;
  },

  async giveUp({ mailbox }, context, { mailbox: box }) {
    await writeOnce(mailbox, context, box, LETTER.givenUp);
  },

  async destroy({ mailbox }, context, { mailbox: box }) {
    const { letters } = await mailbox.look(context, box);
    await mailbox.remove(
      context,
      box,
      letters.filter((letter) => letter !== LETTER.hello),
    );
  },
});

/** The name of a letter goes on with the incarnation that is ready. */
const SETTLED = 'settled-';

function settledFor({ letters }: BoxContents, { cluster }: ResourceContext): Owner | undefined {
  const instanceId = letters.find((letter) => letter.startsWith(SETTLED))?.slice(SETTLED.length);
  return instanceId !== undefined && isInstanceId(instanceId) ? { cluster, instanceId } : undefined;
}

async function readWelcome(
  mailbox: Mailbox,
  context: ResourceContext,
  { box, contents }: Pick<Box, 'box' | 'contents'>,
): Promise<Welcome | undefined> {
  if (!contents.letters.includes(LETTER.welcome)) return undefined;
  const body = await mailbox.read(context, box, LETTER.welcome);
  return body === undefined ? undefined : Welcome.parse(JSON.parse(body));
}

/** Nobody is welcomed who speaks for another box: the machine is given up, and its successor asked. */
async function checkHello(mailbox: Mailbox, context: ResourceContext, box: string): Promise<void> {
  const body = await mailbox.read(context, box, LETTER.hello);
  if (body === undefined) throw new CallError({ outcome: 'not-yet', message: 'It has not said hello.' });
  const hello = Hello.safeParse(parseJson(body));
  if (hello.success && hello.data.box === box) return;
  await writeOnce(mailbox, context, box, LETTER.givenUp);
  throw new CallError({ outcome: 'rejected', reason: 'invalid', message: 'The hello in its mailbox is not its own.' });
}

async function writeOnce(mailbox: Mailbox, context: ResourceContext, box: string, name: string): Promise<void> {
  try {
    await mailbox.write(context, box, { name, body: JSON.stringify({ format: PROTOCOL_FORMAT, box }) });
  } catch (error) {
    if (!isRejected(error, 'exists')) throw error;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function ownerOf({ cluster, incarnation }: Welcome): Owner | undefined {
  return isClusterUid(cluster) && isInstanceId(incarnation) ? { cluster, instanceId: incarnation } : undefined;
}

function welcomeFor({ cluster, instanceId }: ResourceContext, inputs: NodeInputs): Welcome {
  const { name, role, region, zone, overlayAddress, podCidr, presharedKey, stages } = inputs;
  return {
    format: PROTOCOL_FORMAT,
    cluster,
    incarnation: instanceId,
    node: name,
    role,
    region,
    zone,
    overlay: { address: overlayAddress, podCidr, presharedKey: presharedKey.reveal() },
    stages,
  };
}

interface Box {
  readonly box: string;
  readonly stages: readonly string[];
  readonly contents: BoxContents;
}

/**
 * | the box holds                          | the node is                              |
 * |----------------------------------------|------------------------------------------|
 * | every stage                            | ready                                    |
 * | `failed`                               | failed, with the log's last lines        |
 * | the last stage, and an earlier one lacks | failed: the machine's word cannot be trusted |
 * | `given-up`                             | failed: it was awaited in vain           |
 * | less, and the machine is gone          | failed                                   |
 * | less                                   | pending                                  |
 */
async function conditionOf(
  mailbox: Mailbox,
  context: ResourceContext,
  { box, stages, contents }: Box,
): Promise<Condition> {
  const { letters, machine } = contents;
  const has = new Set(letters);
  const done = stages.filter((stage) => has.has(stageLetter(stages, stage)));
  if (done.length === stages.length) return READY;
  if (has.has(LETTER.failed)) return { is: 'failed', reason: await readFailure(mailbox, context, box) };
  const missing = stages.find((stage) => !done.includes(stage)) ?? '';
  const last = stages.at(-1) ?? '';
  if (done.includes(last)) return { is: 'failed', reason: `It reported ${last} without having reported ${missing}.` };
  if (has.has(LETTER.givenUp)) return { is: 'failed', reason: `It was awaited in vain while it was at ${missing}.` };
  if (machine === 'gone') return { is: 'failed', reason: `Its machine is gone; it had not reported ${missing}.` };
  return { is: 'pending', waitingFor: `stage ${missing}`, progress: { done: done.length, of: stages.length } };
}

async function readFailure(mailbox: Mailbox, context: ResourceContext, box: string): Promise<string> {
  const body = await mailbox.read(context, box, LETTER.failed);
  const report = FailureReport.safeParse(body === undefined ? undefined : parseJson(body));
  if (!report.success) return 'It reported a failure that cannot be read.';
  const { stage, reason, lastLines } = report.data;
  return [`Stage ${stage}: ${reason}`, ...lastLines.map((line) => `  | ${line}`)].join('\n');
}
