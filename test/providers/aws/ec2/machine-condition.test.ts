import type { Instance, InstanceStateName } from '@aws-sdk/client-ec2';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { LETTER } from '#host/protocol.ts';
import { conditionOf } from '#providers/aws/ec2/machine-condition.ts';
import { CloudStand } from '../support/cloud-stand.ts';
import { prefixOf, UID } from '../support/declared-cluster.ts';

const BOX = 'i-0123456789abcdef0';
const BY_SOMEBODY = 'Client.UserInitiatedShutdown';
const OF_ITSELF = 'Server.InternalError';
const HELLO = [LETTER.hello];
const FAILED = [LETTER.hello, LETTER.failed];

interface Sight {
  readonly state?: InstanceStateName;
  readonly because?: string;
  readonly letters?: readonly string[];
  readonly isDismissed?: boolean;
  readonly hasRole?: boolean;
}

async function conditionAt({
  state,
  because,
  letters = [],
  isDismissed = false,
  hasRole = true,
}: Sight): Promise<string> {
  const stand = await CloudStand.open();
  await stand.apply({ machines: [] });
  for (const letter of letters) {
    const place = { Bucket: `bootstrap-${UID}`, Key: `${prefixOf(BOX)}${letter}` };
    await stand.run(stand.services.s3.send(new PutObjectCommand({ ...place, Body: '{}' })));
  }
  const context = stand.context();
  if (isDismissed) stand.session.dismissed.add(context.instanceId);
  const found: Instance = {
    ...(hasRole ? { IamInstanceProfile: { Id: 'AIPA' } } : {}),
    ...(state === undefined ? {} : { State: { Name: state } }),
    ...(because === undefined ? {} : { StateReason: { Code: because, Message: because } }),
  };
  const condition = await stand.run(conditionOf(stand.session, context, { found, mailbox: BOX }));
  return condition === 'gone' ? 'gone' : condition.is;
}

test.each<[condition: string, when: string, sight: Sight]>([
  ['gone', 'somebody has ended it', { state: 'terminated', because: BY_SOMEBODY }],
  ['gone', 'somebody has ended it after a failure', { state: 'terminated', because: BY_SOMEBODY, letters: FAILED }],
  ['gone', 'it ended by itself after its hello', { state: 'terminated', because: OF_ITSELF, letters: HELLO }],
  ['broken', 'it ended by itself before any word', { state: 'terminated', because: OF_ITSELF }],
  ['gone', 'this program cleared that away', { state: 'terminated', because: OF_ITSELF, isDismissed: true }],
  ['broken', 'it is about to end', { state: 'shutting-down', because: BY_SOMEBODY, letters: HELLO }],
  ['pending', 'somebody stopped it', { state: 'stopped', letters: HELLO }],
  ['pending', 'somebody is stopping it', { state: 'stopping', letters: HELLO }],
  ['pending', 'it starts', { state: 'pending' }],
  ['pending', 'EC2 does not say', {}],
  ['broken', 'it has reported a failure', { state: 'running', letters: FAILED }],
  ['broken', 'it was given up', { state: 'running', letters: [LETTER.hello, LETTER.givenUp] }],
  ['ready', 'it runs and has said hello', { state: 'running', letters: HELLO }],
  ['pending', 'it runs and has said nothing', { state: 'running' }],
  ['ready', 'it runs and has no role yet, without which it cannot speak', { state: 'running', hasRole: false }],
])('a machine is %s when %s', async (condition, _when, sight) => {
  expect(await conditionAt(sight)).toBe(condition);
});
