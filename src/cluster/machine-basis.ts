import type { ClusterSpec } from '#config/cluster-file.ts';
import { PROTOCOL_FORMAT, type Stub } from '#host/protocol.ts';
import type { Constructs, MachineSpec, RegionScope, StateBucket } from '#provider/constructs.ts';

/** What all machines of a region have in common: so those of one role can share a launch. */
export type MachineBasis = Pick<MachineSpec, 'image' | 'key' | 'stub'>;

export function declareMachineBasis(
  constructs: Constructs,
  scope: RegionScope,
  spec: ClusterSpec,
  bucket: StateBucket,
): MachineBasis {
  const { sshPublicKey } = spec.access;
  const key = sshPublicKey === undefined ? undefined : constructs.key(scope, { publicKey: sshPublicKey });
  return { key, image: constructs.image(scope, spec.image), stub: stubFor(scope, bucket) };
}

/** No secret is in it. */
function stubFor({ uid, region }: RegionScope, bucket: StateBucket): string {
  const stub: Stub = { format: PROTOCOL_FORMAT, cluster: uid, region, bucket: bucket.name };
  return JSON.stringify(stub);
}
