import { expect, test } from 'vitest';
import { parseInstanceId } from '#engine/address.ts';
import { LETTER, renewalAnswers, renewalLetter, stageLetter } from '#host/protocol.ts';
import { settledLetter } from '#host/settled.ts';
import { accessPolicy, machinesTrust, type PolicyStatement } from '#providers/aws/iam/policies.ts';

const reach = {
  bucket: 'bootstrap-abc',
  key: 'arn:aws:kms:eu-west-3:123456789012:key/k',
  bringsSnapshots: false,
};

test.each([
  ['eu-west-3', 'ec2.amazonaws.com'],
  ['us-gov-west-1', 'ec2.amazonaws.com'],
  ['cn-north-1', 'ec2.amazonaws.com.cn'],
])('only machines may take a role (%s)', (region, machines) => {
  expect(machinesTrust(region).Statement).toEqual([
    { Effect: 'Allow', Principal: { Service: machines }, Action: 'sts:AssumeRole' },
  ]);
});

const OBJECTS = 'arn:aws:s3:::bootstrap-abc';
const OWN_BOX = `${OBJECTS}/mailbox/\${ec2:SourceInstanceARN}`;

test('a machine reads what all fetch and what is for it, writes its own letters once, and nothing else', () => {
  const here = { StringEquals: { 'aws:ResourceAccount': '123456789012' } };
  expect(accessPolicy(reach).Statement).toEqual([
    {
      Effect: 'Allow',
      Action: 's3:GetObject',
      Resource: [
        `${OBJECTS}/assets/*`,
        `${OBJECTS}/peers.json`,
        `${OWN_BOX}/welcome`,
        `${OWN_BOX}/leave`,
        `${OWN_BOX}/renewal-*`,
        `${OWN_BOX}/update-*`,
      ],
      Condition: here,
    },
    {
      Effect: 'Allow',
      Action: 's3:PutObject',
      Resource: ['hello', 'failed', 'left', 'stage-*', 'renewed-*', 'refused-*', 'updated-*', 'halted-*'].map(
        (name) => `${OWN_BOX}/${name}`,
      ),
      Condition: { ...here, Null: { 's3:if-none-match': 'false' } },
    },
    {
      Effect: 'Allow',
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Resource: reach.key,
      Condition: { StringEquals: { 'kms:ViaService': 's3.eu-west-3.amazonaws.com' } },
    },
  ]);
});

test('who has a seat in the quorum brings snapshots besides', () => {
  const [, plain] = accessPolicy(reach).Statement;
  const [, writing] = accessPolicy({ ...reach, bringsSnapshots: true }).Statement;
  const more = new Set([writing?.Resource ?? []].flat()).difference(new Set([plain?.Resource ?? []].flat()));
  expect([...more]).toEqual([`${OBJECTS}/snapshots/*`]);
});

test('the letters that a machine may leave and read are those of the protocol', () => {
  const stages = ['network', 'ready'];
  const { renewed, refused } = renewalAnswers(7);
  const written = [LETTER.hello, LETTER.failed, LETTER.left, stageLetter(stages, 'ready'), renewed, refused];
  const read = [LETTER.welcome, LETTER.leave, renewalLetter(7)];
  const programs = [LETTER.givenUp, settledLetter(parseInstanceId('instanceinstance'))];
  const [reading, writing] = accessPolicy(reach).Statement;
  for (const name of read) expect([name, covers(reading, name), covers(writing, name)]).toEqual([name, true, false]);
  for (const name of written) expect([name, covers(reading, name), covers(writing, name)]).toEqual([name, false, true]);
  for (const name of programs)
    expect([name, covers(reading, name), covers(writing, name)]).toEqual([name, false, false]);
});

function covers(statement: PolicyStatement | undefined, letter: string): boolean {
  const named = [statement?.Resource ?? []].flat().filter((resource) => resource.startsWith(`${OWN_BOX}/`));
  return named.some((resource) => {
    const name = resource.slice(OWN_BOX.length + 1);
    return name.endsWith('*') ? letter.startsWith(name.slice(0, -1)) : letter === name;
  });
}

test('nobody may list, remove or do everything, and nothing goes without a condition', () => {
  const statements = accessPolicy({ ...reach, bringsSnapshots: true }).Statement;
  const actions = statements.flatMap(({ Action }) => Action);
  expect(actions.filter((action) => /\*|List|Delete|Version/.test(action))).toEqual([]);
  expect(statements.filter(({ Condition }) => Condition === undefined)).toEqual([]);
});

test('in another partition everything has other names', () => {
  const [look] = accessPolicy({ ...reach, key: 'arn:aws-us-gov:kms:us-gov-west-1:1:key/k' }).Statement;
  expect(look?.Resource?.[0]).toBe('arn:aws-us-gov:s3:::bootstrap-abc/assets/*');
});
