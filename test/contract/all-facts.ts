import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { addressFacts } from './ec2/address-facts.ts';
import { catalogueFacts } from './ec2/catalogue-facts.ts';
import { groupFacts } from './ec2/group-facts.ts';
import { launchFacts } from './ec2/launch-facts.ts';
import { machineFacts } from './ec2/machine-facts.ts';
import { natFacts } from './ec2/nat-facts.ts';
import { networkFacts } from './ec2/network-facts.ts';
import { powerFacts } from './ec2/power-facts.ts';
import { routeFacts } from './ec2/route-facts.ts';
import { balancerFacts } from './elb/balancer-facts.ts';
import { listenerFacts } from './elb/listener-facts.ts';
import { targetFacts } from './elb/target-facts.ts';
import { type Fact, factsOf } from './fact.ts';
import { iamFacts } from './iam/iam-facts.ts';
import { kmsFacts } from './kms/kms-facts.ts';
import { preflightFacts } from './preflight-facts.ts';
import { recordFacts } from './route53/record-facts.ts';
import { zoneFacts } from './route53/zone-facts.ts';
import { bucketFacts } from './s3/bucket-facts.ts';
import { lifecycleFacts } from './s3/lifecycle-facts.ts';
import { objectFacts } from './s3/object-facts.ts';
import { docs } from './sources.ts';
import { tagFacts } from './tag-facts.ts';

const stsFacts = factsOf('sts', {
  identity: {
    fact: 'GetCallerIdentity tells the account, and an ARN and a user of it.',
    source: docs('STS/latest/APIReference/API_GetCallerIdentity.html'),
    run: async ({ sts }) => {
      const { Account = '', Arn = '', UserId = '' } = await sts.send(new GetCallerIdentityCommand({}));
      return [/^\d{12}$/.test(Account), /^arn:aws:(?:iam|sts)::/.test(Arn), Arn.includes(Account), UserId.length > 0];
    },
    holds: [true, true, true, true],
  },
});

export const allFacts: readonly Fact[] = [
  ...networkFacts,
  ...routeFacts,
  ...groupFacts,
  ...catalogueFacts,
  ...launchFacts,
  ...machineFacts,
  ...powerFacts,
  ...addressFacts,
  ...natFacts,
  ...balancerFacts,
  ...listenerFacts,
  ...targetFacts,
  ...iamFacts,
  ...kmsFacts,
  ...zoneFacts,
  ...recordFacts,
  ...bucketFacts,
  ...lifecycleFacts,
  ...objectFacts,
  ...tagFacts,
  ...stsFacts,
  ...preflightFacts,
];
