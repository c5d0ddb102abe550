import type { Ref } from '#engine/ref.ts';
import { authority } from '#pki/authority-kind.ts';
import type { RegionScope } from '#provider/constructs.ts';
import { assert } from '#std/assert.ts';
import type { Secret } from '#std/secret.ts';
import type { NodeWords } from './node-words.ts';
import { rotation } from './rotation.ts';
import { authorityAddress, rotationAddress, type RotationPhase, type Trust } from './trust.ts';

/** Whose word counts for one purpose. */
export interface Authorities {
  readonly purpose: string;
  readonly signer: { readonly certificate: Ref<string>; readonly key: Ref<Secret> };
  /** Oldest first. */
  readonly believed: readonly Ref<string>[];
  readonly phase: RotationPhase | undefined;
}

interface AuthoritiesOrder {
  readonly purpose: string;
  readonly trust: Trust;
  readonly lifeDays: number;
}

export function declareAuthorities(
  { builder, clusterName }: RegionScope,
  { purpose, trust, lifeDays }: AuthoritiesOrder,
): Authorities {
  const declared = trust.believed.map((number) => {
    const name = `${purpose} of ${clusterName}${number === 1 ? '' : ` ${number}`}`;
    const made = builder.declare(authority, authorityAddress(purpose, number), { name, lifeDays });
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
    const certificate = certificates[purpose]?.certificate;
    return certificate === undefined ? [] : [{ ...told, certificate }];
  });
  builder.declare(rotation, rotationAddress(purpose), { purpose, phase, believes, machines });
}
