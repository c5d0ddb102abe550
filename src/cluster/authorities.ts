import type { Ref } from '#engine/ref.ts';
import { authority } from '#pki/authority-kind.ts';
import type { Usage } from '#pki/certificate-text.ts';
import type { RegionScope } from '#provider/constructs.ts';
import { assert } from '#std/assert.ts';
import type { Secret } from '#std/secret.ts';
import { nodeCertificate } from './node-certificate.ts';
import type { NodeWords } from './node-words.ts';
import { rotation } from './rotation.ts';
import { authorityAddress, FIRST_TRUST, rotationAddress, type RotationPhase, type Trusts } from './trust.ts';

/** Whose word counts for one purpose. */
export interface Authorities {
  readonly purpose: string;
  readonly signer: { readonly certificate: Ref<string>; readonly key: Ref<Secret> };
  /** Oldest first. */
  readonly believed: readonly Ref<string>[];
  readonly phase: RotationPhase | undefined;
}

const AUTHORITY_DAYS = 3_650;
const CERTIFICATE_DAYS = 365;

export function declareAuthorities(
  { builder, clusterName }: RegionScope,
  purpose: string,
  trusts: Trusts,
): Authorities {
  const trust = trusts.get(purpose) ?? FIRST_TRUST;
  const declared = trust.believed.map((number) => {
    const name = `${purpose} of ${clusterName}${number === 1 ? '' : ` ${number}`}`;
    const made = builder.declare(authority, authorityAddress(purpose, number), { name, lifeDays: AUTHORITY_DAYS });
    return { number, certificate: made.output('certificate'), key: made.output('key') };
  });
  const signer = declared.find(({ number }) => number === trust.signs);
  assert(signer !== undefined, 'Who signs is believed.');
  const { certificate, key } = signer;
  return {
    purpose,
    signer: { certificate, key },
    believed: declared.map((one) => one.certificate),
    phase: trust.phase,
  };
}

/** Who a machine is to others, for one purpose. */
export interface CertificateOrder {
  readonly node: string;
  /** Of its machine. */
  readonly box: Ref<string>;
  readonly purpose: string;
  /** Its machine does without it where it does not ask for it. @default it has to ask */
  readonly ifAsked?: true;
  readonly commonName: string;
  /** @default none */
  readonly organizations?: readonly string[];
  /** @default none */
  readonly dnsNames?: readonly string[];
  /** @default none */
  readonly addresses?: readonly string[];
  readonly usages: readonly Usage[];
}

/** `<region>.certificate.<node>.<purpose>`, and whom its holder is to believe: those who may have signed that of the others. */
export function declareCertificate(
  { builder, region }: RegionScope,
  { signer, believed: believes }: Pick<Authorities, 'signer' | 'believed'>,
  { node, organizations = [], dnsNames = [], addresses = [], ...order }: CertificateOrder,
): Required<NodeWords>['certificates'] {
  const { purpose } = order;
  const { certificate: authorityCertificate, key: authorityKey } = signer;
  const made = builder.declare(nodeCertificate, `${region}.certificate.${node}.${purpose}`, {
    ...order,
    organizations,
    dnsNames,
    addresses,
    authority: authorityCertificate,
    authorityKey,
    lifeDays: CERTIFICATE_DAYS,
  });
  return { [purpose]: { certificate: made.output('certificate'), believes } };
}

/** A node, what it shows, and how far it was told of it. */
export interface Holder {
  readonly node: string;
  readonly box: Ref<string>;
  readonly certificates: Required<NodeWords>['certificates'];
  readonly renewals: Ref<number>;
  readonly delivered: Ref<Readonly<Record<string, string>>>;
}

/** While one authority takes the place of another; when it has, there is nothing left of that. */
export function declareRotation(
  { builder }: Pick<RegionScope, 'builder'>,
  { purpose, believed: believes, phase }: Authorities,
  holders: readonly Holder[],
): void {
  if (phase === undefined || phase === 'end') return;
  const machines = holders.flatMap(({ certificates, ...told }) => {
    const shown = Object.entries(certificates).filter(([, held]) => held.believes === believes);
    const own = shown.map(([of, { certificate }]) => [of, certificate] as const);
    return own.length === 0 ? [] : [{ ...told, certificates: Object.fromEntries(own) }];
  });
  builder.declare(rotation, rotationAddress(purpose), { purpose, phase, believes, machines });
}
