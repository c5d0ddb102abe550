import { z } from 'zod';
import { isClusterUid, isInstanceId } from '#engine/address.ts';
import { ABSENT, type Condition, defineResource, type Owner, READY, type ResourceContext } from '#engine/resource.ts';
import { Secret } from '#std/secret.ts';
import { readReport } from './failure-report.ts';
import { readHello, writeOnce } from './hello.ts';
import { isReadyMember, lettersOfMembership } from './leave.ts';
import type { BoxContents, Mailbox } from './mailbox.ts';
import {
  HeldCertificates,
  LETTER,
  PROTOCOL_FORMAT,
  stageLetter,
  updateLetter,
  UPDATES_BEFORE,
  Welcome,
} from './protocol.ts';
import { asTold, deliveredTo, digestsOf, renew } from './renewal.ts';
import { assetDigests, sendUpdate, updatesAt } from './update.ts';
import { settledAs, settledLetter } from './settled.ts';

/** What a provider's session has for the nodes that live on its machines. */
export interface NodeSession {
  readonly mailbox: Mailbox;
}

const said = Welcome.shape;

const Inputs = z.strictObject({
  name: said.node,
  role: said.role,
  region: said.region,
  zone: said.zone,
  /** Of the machine that is to become this node. */
  mailbox: z.string(),
  settings: said.settings,
  /** A text goes the same way, and is nobody's secret: what belongs to one that is. */
  secrets: z.record(z.string(), z.union([z.instanceof(Secret), z.string()])),
  certificates: HeldCertificates,
  assets: said.assets,
  /** How many letters have told it to run other assets than before. What it runs changes with the next one, and never else. */
  updates: z.int().min(0),
  stages: said.stages,
});
export type NodeInputs = Readonly<z.output<typeof Inputs>>;

const Outputs = z.strictObject({
  name: z.string(),
  mailbox: z.string(),
  /** How many letters with renewed certificates its machine was sent. */
  renewals: z.int().min(0),
  /** A digest by purpose: of the certificate that its machine has, and whom it believes. */
  delivered: z.record(z.string(), z.string()),
  /** The last update that its machine has confirmed, or that came before there was this machine. */
  updates: z.int().min(0),
  /** What it runs, as far as it has said so: a digest by the name of the asset. */
  runs: z.record(z.string(), z.string()),
});

/**
 * A machine that becomes a node: it is given its welcome, once, and is ready when it has reported every stage. Whose it
 * is the welcome says; once the node is ready the welcome, which holds secrets, makes way for a letter that only says that.
 */
export const node = defineResource<NodeSession>()({
  kind: 'node',
  inputs: Inputs,
  outputs: Outputs,
  identity: 'name',
  // What a node was told it goes by as long as it lives: a machine takes its welcome once. What changes after that the plan
  // shows and the state notes, but only its next machine hears of it: all but certificates, which it is sent when they have
  // changed, and assets, which it is sent when one more update is declared. Peers and members that come and go it learns on the
  // overlay itself, and its address there and its range for pods follow from its name.
  replaceOn: ['name', 'role', 'region', 'zone', 'mailbox'],
  replaceOrder: 'destroy-first',
  stableOutputs: ['name', 'mailbox'],
  idOf: ({ mailbox }) => mailbox,

  async observe({ mailbox }, context, { inputs, last }) {
    const { name, mailbox: box, stages, updates } = inputs;
    const contents = await mailbox.look(context, box);
    const settled = settledFor(contents, context);
    const known = await deliveredTo(mailbox, context, { box, letters: contents.letters, last });
    if (settled !== undefined) {
      const { renewals, delivered } = known ?? { renewals: 0, delivered: {} };
      const { running, condition } = await updatesAt(mailbox, context, { box, contents, declared: updates, last });
      const outputs = { name, mailbox: box, renewals, delivered, ...running };
      return { state: 'present', outputs, owner: settled, condition };
    }
    const welcome = await readWelcome(mailbox, context, { box, contents });
    if (welcome === undefined) return ABSENT;
    const given = { renewals: 0, delivered: digestsOf(welcome.certificates), runs: assetDigests(welcome.assets) };
    const outputs = { name, mailbox: box, ...given, updates: Number(welcome.settings[UPDATES_BEFORE] ?? 0) };
    const condition = await conditionOf(mailbox, context, { box, stages, contents });
    return { state: 'present', outputs, owner: ownerOf(welcome), condition };
  },

  async create({ mailbox }, context, inputs) {
    const { name, mailbox: box } = inputs;
    await readHello(mailbox, context, box);
    await mailbox.write(context, box, { name: LETTER.welcome, body: JSON.stringify(welcomeFor(context, inputs)) });
    const { certificates, assets, updates } = inputs;
    const given = { renewals: 0, delivered: digestsOf(asTold(certificates)), runs: assetDigests(assets) };
    return { name, mailbox: box, ...given, updates };
  },

  async sync({ mailbox }, context, inputs, observed) {
    const { mailbox: box } = observed;
    const { letters } = await mailbox.look(context, box);
    const name = settledLetter(context.instanceId);
    // What it holds certificates for it may bring to its mailbox also when its welcome is gone.
    const certificates = asTold(inputs.certificates);
    const settled = { name, certificates: Object.keys(certificates) };
    if (!letters.includes(name)) await writeOnce(mailbox, context, box, settled);
    if (letters.includes(LETTER.welcome)) await mailbox.remove(context, box, [LETTER.welcome]);
    const told = { ...observed, ...(await renew(mailbox, context, { box, observed, certificates })) };
    const { updates: number, assets } = inputs;
    const isSent = number <= observed.updates || letters.includes(updateLetter(number));
    if (isSent) return told;
    const after = observed.updates;
    return { ...told, ...(await sendUpdate(mailbox, context, { box, number, assets, after, letters })) };
  },

  async giveUp({ mailbox }, context, { mailbox: box }) {
    // Once it was ready it is one, however it fares with what it is told later.
    if (settledAs(await mailbox.look(context, box)) !== undefined) return;
    await writeOnce(mailbox, context, box, { name: LETTER.givenUp });
  },

  async destroy({ mailbox }, context, { mailbox: box }) {
    const { letters } = await mailbox.look(context, box);
    if (isReadyMember(letters) && !letters.includes(LETTER.wasReady))
      await writeOnce(mailbox, context, box, { name: LETTER.wasReady });
    const kept = new Set([LETTER.hello, ...lettersOfMembership(letters)]);
    await mailbox.remove(
      context,
      box,
      letters.filter((letter) => !kept.has(letter)),
    );
  },
});

function settledFor(contents: BoxContents, { cluster }: ResourceContext): Owner | undefined {
  const instanceId = settledAs(contents);
  return instanceId === undefined ? undefined : { cluster, instanceId };
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

function ownerOf({ cluster, incarnation }: Welcome): Owner | undefined {
  return isClusterUid(cluster) && isInstanceId(incarnation) ? { cluster, instanceId: incarnation } : undefined;
}

function welcomeFor({ cluster, instanceId }: ResourceContext, inputs: NodeInputs): Welcome {
  const { name, role, region, zone, secrets, certificates, assets, updates, stages } = inputs;
  const settings = { ...inputs.settings, ...(updates === 0 ? {} : { [UPDATES_BEFORE]: String(updates) }) };
  return {
    format: PROTOCOL_FORMAT,
    cluster,
    incarnation: instanceId,
    node: name,
    role,
    region,
    zone,
    settings,
    secrets: Object.fromEntries(Object.entries(secrets).map(([purpose, secret]) => [purpose, textOf(secret)])),
    certificates: asTold(certificates),
    assets,
    stages,
  };
}

function textOf(secret: Secret | string): string {
  return secret instanceof Secret ? secret.reveal() : secret;
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
  if (has.has(LETTER.failed))
    return { is: 'failed', reason: await readReport(mailbox, context, { box, letter: LETTER.failed }) };
  const missing = stages.find((stage) => !done.includes(stage)) ?? '';
  const last = stages.at(-1) ?? '';
  if (done.includes(last)) return { is: 'failed', reason: `It reported ${last} without having reported ${missing}.` };
  if (has.has(LETTER.givenUp)) return { is: 'failed', reason: `It was awaited in vain while it was at ${missing}.` };
  if (machine === 'gone') return { is: 'failed', reason: `Its machine is gone; it had not reported ${missing}.` };
  return { is: 'pending', waitingFor: `stage ${missing}`, progress: { done: done.length, of: stages.length } };
}
