import { z } from 'zod';
import type { InstanceId } from '#engine/address.ts';
import { CallError } from '#engine/call.ts';
import { defineResource, type ResourceContext } from '#engine/resource.ts';
import { readHello, refuseHello } from '#host/hello.ts';
import type { Mailbox } from '#host/mailbox.ts';
import { DNS_NAME_FORM } from '#pki/certificate-text.ts';
import { certificateFacts, issueLeaf } from '#pki/leaf.ts';
import { isAgeing } from '#pki/life.ts';
import { type CertificateRequest, readRequest } from '#pki/request.ts';
import { hasIssued } from '#std/certificate.ts';
import type { Clock } from '#std/clock.ts';
import { sha256 } from '#std/hash.ts';
import type { Random } from '#std/random.ts';
import { sameValue } from '#std/same-value.ts';
import { Secret } from '#std/secret.ts';
import { lookInState, type StateAloneSession } from './state-alone.ts';

export interface CertificateSession extends StateAloneSession {
  readonly mailbox: Mailbox;
  readonly random: Random;
  readonly clock: Pick<Clock, 'wallMs'>;
  /** What this process has issued in the place of what the state remembers. */
  readonly reissued: Map<InstanceId, NodeCertificate>;
}

const Inputs = z.strictObject({
  /** Of the machine that asks for it. */
  box: z.string(),
  /** Under which its hello has the request. */
  purpose: z.string(),
  /** There are machines from before there was this purpose: whoever does not ask for it does without. */
  ifAsked: z.literal(true).exactOptional(),
  /** The certificate of who signs, and its key. */
  authority: z.string(),
  authorityKey: z.instanceof(Secret),
  /** Who its holder is to be. Nothing of this comes from the machine. */
  commonName: z.string().min(1).max(64),
  organizations: z.array(z.string().min(1).max(64)).readonly(),
  dnsNames: z.array(z.string().regex(DNS_NAME_FORM)).readonly(),
  addresses: z.array(z.ipv4()).readonly(),
  usages: z
    .array(z.enum(['server', 'client']))
    .min(1)
    .readonly(),
  lifeDays: z.int().min(1).max(10_000),
});
type Inputs = Readonly<z.output<typeof Inputs>>;

const Outputs = z.strictObject({
  /** Empty: the machine did not ask for one. */
  certificate: z.string(),
  notAfterMs: z.number(),
  /** `short`: less than a third, so the next apply renews it. */
  remainingLife: z.enum(['ample', 'short']),
});
export type NodeCertificate = Readonly<z.output<typeof Outputs>>;

const NOT_ASKED: NodeCertificate = { certificate: '', notAfterMs: 0, remainingLife: 'ample' };

/**
 * What a node shows to others: made from the request in its machine's hello, and it lives in the state and on the machine.
 * The hello is read once. Renewed is what the first certificate spoke of: nobody who comes to the mailbox later can have
 * another key certified in the name of a node that is there.
 */
export const nodeCertificate = defineResource<CertificateSession>()({
  kind: 'certificate',
  inputs: Inputs,
  outputs: Outputs,
  // Until it is in the state, the machine has not got it: making another is harmless.
  identity: 'token',
  replaceOn: ['box', 'purpose'],
  replaceOrder: 'create-first',
  stableOutputs: [],
  // Its key stays the same however often it is renewed.
  idOf: (known) => (isAsked(known) ? idOfKey(known) : 'not-asked'),

  async observe(session, context, { last }) {
    if (last === undefined || !isAsked(last)) return lookInState(session, context, last);
    const known = latest(last, session.reissued.get(context.instanceId));
    return lookInState(session, context, asOfNow(session, known));
  },

  async create(session, context, inputs) {
    const request = await requestOf(session, context, inputs);
    return request === undefined ? NOT_ASKED : issue(session, inputs, request);
  },

  async sync(session, { instanceId }, inputs, observed) {
    if (!isAsked(observed) || (observed.remainingLife === 'ample' && isAsDeclared(inputs, observed))) return observed;
    const reissued = issue(session, inputs, certificateFacts(observed.certificate));
    session.reissued.set(instanceId, reissued);
    return reissued;
  },

  async destroy({ forgotten }, { instanceId }) {
    forgotten.add(instanceId);
  },
});

async function requestOf(
  { mailbox }: CertificateSession,
  context: ResourceContext,
  { box, purpose, ifAsked }: Inputs,
): Promise<CertificateRequest | undefined> {
  const { requests } = await readHello(mailbox, context, box);
  const pem = requests[purpose];
  const refuse = (why: string) => refuseHello(mailbox, context, { box, why });
  if (pem === undefined && ifAsked === true) return undefined;
  if (pem === undefined) return refuse(`Its hello has no certificate request for ${purpose}.`);
  const reading = readRequest(pem);
  if ('refused' in reading) return refuse(`Its certificate request for ${purpose} ${reading.refused}.`);
  const { request } = reading;
  if (request.commonName !== box) return refuse(`Its certificate request for ${purpose} is in the name of another.`);
  return request;
}

function isAsked({ certificate }: NodeCertificate): boolean {
  return certificate !== '';
}

function idOfKey({ certificate }: NodeCertificate): string {
  return sha256(certificateFacts(certificate).publicKey).toString('hex').slice(0, 16);
}

/** Of two for one key, the one that was made later. */
function latest(last: NodeCertificate, reissued: NodeCertificate | undefined): NodeCertificate {
  if (reissued === undefined) return last;
  const isOlder = certificateFacts(reissued.certificate).notBeforeMs < certificateFacts(last.certificate).notBeforeMs;
  return isOlder ? last : reissued;
}

function asOfNow({ clock }: CertificateSession, known: NodeCertificate): NodeCertificate {
  const isShort = isAgeing(certificateFacts(known.certificate), clock.wallMs());
  return { ...known, remainingLife: isShort ? 'short' : 'ample' };
}

/** How long it lives is a matter of the next one. */
function isAsDeclared(inputs: Inputs, { certificate }: NodeCertificate): boolean {
  const { commonName, organizations, dnsNames, addresses, usages } = certificateFacts(certificate);
  const says = { commonName, organizations, dnsNames, addresses, usages: usages.toSorted() };
  const declared = {
    commonName: inputs.commonName,
    organizations: inputs.organizations,
    dnsNames: inputs.dnsNames,
    addresses: inputs.addresses,
    usages: inputs.usages.toSorted(),
  };
  return sameValue(says, declared) && hasIssued(inputs.authority, certificate);
}

function issue(
  { random, clock }: CertificateSession,
  inputs: Inputs,
  request: Pick<CertificateRequest, 'publicKey'>,
): NodeCertificate {
  const nowMs = clock.wallMs();
  if (certificateFacts(inputs.authority).notAfterMs <= nowMs)
    throw new CallError({ outcome: 'rejected', reason: 'invalid', message: 'The authority that signs has expired.' });
  const by = { certificate: inputs.authority, key: inputs.authorityKey };
  const certificate = issueLeaf(by, { ...inputs, request, nowMs, random });
  const { notAfterMs } = certificateFacts(certificate);
  return { certificate, notAfterMs, remainingLife: 'ample' };
}
