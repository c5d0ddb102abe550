import { expect, test } from 'vitest';
import type { BlueprintBuilder } from '#engine/blueprint.ts';
import { iamInstanceProfile } from '#providers/aws/iam/instance-profile.ts';
import { iamRole } from '#providers/aws/iam/role.ts';
import { kmsKey } from '#providers/aws/kms/key.ts';
import { route53Record } from '#providers/aws/route53/record.ts';
import { route53Zone } from '#providers/aws/route53/zone.ts';
import { bucketNameOf, s3Bucket } from '#providers/aws/s3/bucket.ts';
import { MEAN_WEATHER } from '#providers/simulator/weather.ts';
import { CloudStand } from './support/cloud-stand.ts';
import { UID } from './support/declared-cluster.ts';

const ONE_FOR_EACH = ['bucket', 'hosted-zone', 'instance-profile', 'key', 'record-set', 'record-set', 'role'];

const ROLE = `bootstrap-${UID}-control-plane`;

function declare(builder: BlueprintBuilder): void {
  const key = builder.declare(kmsKey, 'state.key', { description: 'state' });
  const place = { bucket: bucketNameOf(UID), key: key.output('arn') };
  builder.declare(s3Bucket, 'state.bucket', { name: place.bucket, key: place.key });
  const role = builder.declare(iamRole, 'role.control-plane', { name: ROLE, ...place, bringsSnapshots: true });
  builder.declare(iamInstanceProfile, 'role.control-plane.profile', { name: ROLE, role: role.output('name') });
  const zone = builder.declare(route53Zone, 'zone', { domain: 'example.com' });
  for (const name of ['api', 'www']) {
    const record = { name: `${name}.example.com`, type: 'A', ttlSeconds: 60, values: ['10.0.0.1'] } as const;
    const inputs = { zoneId: zone.output('zoneId'), ...record };
    builder.declare(route53Record, `record.${name}`, inputs, { within: zone.address });
  }
}

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'runs that are left at any moment end in one object for each resource, and then in none (seed %i)',
  async (seed) => {
    const weather = { ...MEAN_WEATHER, errorAfter: 0.15, errorBefore: 0.1, throttle: 0.1 };
    const stand = await CloudStand.open({ seed, weather });
    for (const leaveAfterMs of [150, 400, 900, 2_000, 5_000]) {
      await stand.apply(declare, { leaveAfterMs: leaveAfterMs * (1 + stand.random.float()) });
    }
    expect(await stand.apply(declare)).toMatchObject({ failed: [] });
    expect(await stand.walk()).toEqual(ONE_FOR_EACH);
    expect(await stand.delete()).toMatchObject({ failed: [] });
    expect(await stand.walk()).toEqual([]);
  },
);
