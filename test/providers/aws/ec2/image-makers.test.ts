import type { DescribeImagesCommandInput } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { image } from '#providers/aws/ec2/image.ts';
import { openSession } from '#providers/aws/open-session.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';
import { CloudStand } from '../support/cloud-stand.ts';
import { ACTED } from '../../../support/acted-machines.ts';

/** Whom EC2 is asked about, or why it is not asked. */
async function ownersAsked(system: string, region: string): Promise<readonly string[] | string> {
  const stand = await CloudStand.open();
  const owners: string[] = [];
  const ec2 = {
    ...stand.services.ec2,
    send: async ({ input }: { readonly input: DescribeImagesCommandInput }) => {
      owners.push(...(input.Owners ?? []));
      return { Images: [{ ImageId: 'ami-1', Name: 'image', RootDeviceName: '/dev/xvda' }] };
    },
  };
  const consistency = { visibleWithinMs: 1, requestAgeMaxMs: 1, pollMs: 1 };
  const session = openSession(
    { ...stand.services, ec2 },
    { region, clock: new VirtualClock(), consistency, userDataOf: ACTED.userDataOf },
  );
  const context = { ...stand.context(), token: 'token', variant: '', lot: [stand.context().instanceId] };
  try {
    await stand.run(image.create(session, context, { system, architecture: 'amd64' }));
    return owners;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

test.each([
  ['debian-13', 'eu-west-3', ['136693071363']],
  ['ubuntu-24.04', 'eu-west-3', ['099720109477']],
  ['ubuntu-24.04', 'us-gov-west-1', ['513442679011']],
  ['ubuntu-24.04', 'cn-north-1', ['837727238323']],
  [
    'debian-13',
    'us-gov-east-1',
    'Who publishes images of debian-13 in AWS GovCloud (US) is not known here: choose another system, or name one by image.id.',
  ],
])('images of %s in %s are of whom its maker names for the partition', async (system, region, expected) => {
  expect(await ownersAsked(system, region)).toEqual(expected);
});
