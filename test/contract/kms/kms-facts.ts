import {
  CancelKeyDeletionCommand,
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  EnableKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  ListKeysCommand,
  ListResourceTagsCommand,
  ScheduleKeyDeletionCommand,
  TagResourceCommand,
  UpdateKeyDescriptionCommand,
} from '@aws-sdk/client-kms';
import type { AwsClients } from '#providers/aws/clients.ts';
import { factsOf } from '../fact.ts';
import { refusalOf } from '../refusal.ts';
import { docs, KMS_KEY_STATES, kmsApi } from '../sources.ts';

type Kms = Pick<AwsClients, 'kms'>;

const CONTEXT_DOCS = docs('kms/latest/developerguide/encrypt_context.html');
const INVALID_STATE = 'KMSInvalidStateException 400';
const INVALID_TEXT = 'InvalidCiphertextException 400';
const MISSING = 'NotFoundException 400';
const NO_KEY = '00000000-0000-4000-8000-000000000000';
const SECRET = new TextEncoder().encode('the key of the state');
const CONTEXT = { 'bootstrap:cluster': 'c1' };
const DAY_MS = 86_400_000;

async function makeKey({ kms }: Kms): Promise<string> {
  const Tags = [{ TagKey: 'bootstrap:cluster', TagValue: 'c1' }];
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Description: 'of a fact', Tags }));
  return KeyMetadata?.KeyId ?? '';
}

async function seal({ kms }: Kms, KeyId: string, EncryptionContext: Record<string, string> = CONTEXT) {
  const asked = { KeyId, Plaintext: SECRET, EncryptionContext };
  const { CiphertextBlob } = await kms.send(new EncryptCommand(asked));
  return CiphertextBlob;
}

async function schedule({ kms }: Kms, KeyId: string, PendingWindowInDays = 7): Promise<string> {
  return refusalOf(kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays })));
}

async function makeGoingKey(aws: Kms): Promise<string> {
  const id = await makeKey(aws);
  await schedule(aws, id);
  return id;
}

async function stateOf({ kms }: Kms, KeyId: string): Promise<string | undefined> {
  return (await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.KeyState;
}

const keys = factsOf('kms', {
  'key-made': {
    fact: 'A new key has an id, an ARN with it, a description, and is enabled.',
    source: kmsApi('CreateKey'),
    run: async ({ kms }) => {
      const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Description: 'of a fact' }));
      const { KeyId = '', Arn = '', Description, KeyState } = KeyMetadata ?? {};
      return [/^[0-9a-f-]{36}$/.test(KeyId), Arn.endsWith(`:key/${KeyId}`), Description, KeyState];
    },
    holds: [true, true, 'of a fact', 'Enabled'],
  },
  'key-twice': {
    fact: 'CreateKey has no token: sent twice, it makes two.',
    source: kmsApi('CreateKey'),
    run: async (aws) => (await makeKey(aws)) === (await makeKey(aws)),
    holds: false,
  },
  'key-tags': {
    fact: 'Tags go into CreateKey and are shown by ListResourceTags.',
    source: kmsApi('ListResourceTags'),
    run: async (aws) => {
      const KeyId = await makeKey(aws);
      return (await aws.kms.send(new ListResourceTagsCommand({ KeyId }))).Tags;
    },
    holds: [{ TagKey: 'bootstrap:cluster', TagValue: 'c1' }],
  },
  'key-by-arn': {
    fact: 'A key is named by its ARN too.',
    source: kmsApi('DescribeKey'),
    run: async (aws) => {
      const id = await makeKey(aws);
      const { KeyMetadata } = await aws.kms.send(new DescribeKeyCommand({ KeyId: id }));
      const seen = await aws.kms.send(new DescribeKeyCommand({ KeyId: KeyMetadata?.Arn }));
      return seen.KeyMetadata?.KeyId === id;
    },
    holds: true,
  },
  'key-missing': {
    fact: 'A key that is not there is NotFoundException.',
    source: kmsApi('DescribeKey'),
    run: ({ kms }) => refusalOf(kms.send(new DescribeKeyCommand({ KeyId: NO_KEY }))),
    holds: MISSING,
  },
  'key-missing-tags': {
    fact: 'The tags of a key that is not there are NotFoundException.',
    source: kmsApi('ListResourceTags'),
    run: ({ kms }) => refusalOf(kms.send(new ListResourceTagsCommand({ KeyId: NO_KEY }))),
    holds: MISSING,
  },
  'key-other-region': {
    fact: 'A key lives in one region.',
    source: kmsApi('DescribeKey'),
    run: async (aws, judge) => {
      const KeyId = await makeKey(aws);
      return refusalOf(judge.in('eu-west-1').kms.send(new DescribeKeyCommand({ KeyId })));
    },
    holds: MISSING,
  },
  'key-listed': {
    fact: 'Keys are listed by id alone, in pages by a marker.',
    source: kmsApi('ListKeys'),
    run: async (aws) => {
      const made = [await makeKey(aws), await makeKey(aws), await makeKey(aws)];
      const first = await aws.kms.send(new ListKeysCommand({ Limit: 2 }));
      const second = await aws.kms.send(new ListKeysCommand({ Limit: 2, Marker: first.NextMarker }));
      const seen = [...(first.Keys ?? []), ...(second.Keys ?? [])].map(({ KeyId }) => KeyId);
      return [first.Truncated, second.Truncated, made.every((id) => seen.includes(id))];
    },
    holds: [true, false, true],
  },
  'key-described-anew': {
    fact: 'The description of a key is replaced.',
    source: kmsApi('UpdateKeyDescription'),
    run: async (aws) => {
      const KeyId = await makeKey(aws);
      await aws.kms.send(new UpdateKeyDescriptionCommand({ KeyId, Description: 'another' }));
      return (await aws.kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.Description;
    },
    holds: 'another',
  },
});

const deletions = factsOf('kms', {
  'deletion-scheduled': {
    fact: 'A key is not deleted but scheduled for it: it stays, as PendingDeletion, with its day.',
    source: kmsApi('ScheduleKeyDeletion'),
    run: async (aws) => {
      const KeyId = await makeGoingKey(aws);
      const { KeyMetadata } = await aws.kms.send(new DescribeKeyCommand({ KeyId }));
      return [KeyMetadata?.KeyState, KeyMetadata?.DeletionDate instanceof Date];
    },
    holds: ['PendingDeletion', true],
  },
  'deletion-window': {
    fact: 'A deletion is scheduled at least 7 days ahead: else ValidationException.',
    source: kmsApi('ScheduleKeyDeletion'),
    run: async (aws) => schedule(aws, await makeKey(aws), 6),
    holds: 'ValidationException 400',
  },
  'deletion-twice': {
    fact: 'A key that is pending deletion is not scheduled again: KMSInvalidStateException.',
    source: KMS_KEY_STATES,
    run: async (aws) => schedule(aws, await makeGoingKey(aws)),
    holds: INVALID_STATE,
  },
  'deletion-missing': {
    fact: 'A key that is not there is not scheduled: NotFoundException.',
    source: kmsApi('ScheduleKeyDeletion'),
    run: (aws) => schedule(aws, NO_KEY),
    holds: MISSING,
  },
  'deletion-no-sealing': {
    fact: 'A key that is pending deletion does not seal: KMSInvalidStateException.',
    source: KMS_KEY_STATES,
    run: async (aws) => refusalOf(seal(aws, await makeGoingKey(aws))),
    holds: INVALID_STATE,
  },
  'deletion-no-opening': {
    fact: 'A key that is pending deletion does not open: KMSInvalidStateException.',
    source: KMS_KEY_STATES,
    run: async (aws) => {
      const KeyId = await makeKey(aws);
      const CiphertextBlob = await seal(aws, KeyId);
      await schedule(aws, KeyId);
      return refusalOf(aws.kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: CONTEXT })));
    },
    holds: INVALID_STATE,
  },
  'deletion-no-tagging': {
    fact: 'A key that is pending deletion is not tagged: KMSInvalidStateException.',
    source: KMS_KEY_STATES,
    run: async (aws) => {
      const KeyId = await makeGoingKey(aws);
      const Tags = [{ TagKey: 'a', TagValue: 'b' }];
      return refusalOf(aws.kms.send(new TagResourceCommand({ KeyId, Tags })));
    },
    holds: INVALID_STATE,
  },
  'deletion-shows-tags': {
    fact: 'A key that is pending deletion still shows its tags.',
    source: KMS_KEY_STATES,
    run: async (aws) => {
      const KeyId = await makeGoingKey(aws);
      return (await aws.kms.send(new ListResourceTagsCommand({ KeyId }))).Tags?.length;
    },
    holds: 1,
  },
  'deletion-listed': {
    fact: 'A key that is pending deletion is still listed.',
    source: KMS_KEY_STATES,
    run: async (aws) => {
      const id = await makeGoingKey(aws);
      const { Keys = [] } = await aws.kms.send(new ListKeysCommand({ Limit: 1_000 }));
      return Keys.some(({ KeyId }) => KeyId === id);
    },
    holds: true,
  },
  'deletion-cancelled': {
    fact: 'A key whose deletion is cancelled is disabled until it is enabled.',
    source: kmsApi('CancelKeyDeletion'),
    run: async (aws) => {
      const KeyId = await makeGoingKey(aws);
      await aws.kms.send(new CancelKeyDeletionCommand({ KeyId }));
      const before = await stateOf(aws, KeyId);
      const sealing = await refusalOf(seal(aws, KeyId));
      await aws.kms.send(new EnableKeyCommand({ KeyId }));
      return [before, sealing, await stateOf(aws, KeyId)];
    },
    holds: ['Disabled', 'DisabledException 400', 'Enabled'],
  },
  'deletion-day': {
    fact: 'The day of a deletion is so many days ahead as were asked for.',
    source: kmsApi('ScheduleKeyDeletion'),
    run: async (aws) => {
      const KeyId = await makeKey(aws);
      const { CreationDate } = (await aws.kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata ?? {};
      const asked = { KeyId, PendingWindowInDays: 10 };
      const { DeletionDate } = await aws.kms.send(new ScheduleKeyDeletionCommand(asked));
      return Math.round((Number(DeletionDate) - Number(CreationDate)) / DAY_MS);
    },
    holds: 10,
  },
});

const sealing = factsOf('kms', {
  'sealed-opens': {
    fact: 'What was sealed opens with the same context, and the text knows its key.',
    source: kmsApi('Decrypt'),
    run: async (aws) => {
      const CiphertextBlob = await seal(aws, await makeKey(aws));
      const { Plaintext } = await aws.kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: CONTEXT }));
      return new TextDecoder().decode(Plaintext);
    },
    holds: 'the key of the state',
  },
  'sealed-context-order': {
    fact: 'The parts of a context have no order.',
    source: CONTEXT_DOCS,
    run: async (aws) => {
      const CiphertextBlob = await seal(aws, await makeKey(aws), { a: '1', b: '2' });
      const EncryptionContext = { b: '2', a: '1' };
      return refusalOf(aws.kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext })));
    },
    holds: 'accepted',
  },
  'sealed-other-context': {
    fact: 'Another context does not open: InvalidCiphertextException.',
    source: CONTEXT_DOCS,
    run: async (aws) => {
      const CiphertextBlob = await seal(aws, await makeKey(aws));
      const EncryptionContext = { 'bootstrap:cluster': 'c2' };
      return refusalOf(aws.kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext })));
    },
    holds: INVALID_TEXT,
  },
  'sealed-no-context': {
    fact: 'Without the context it does not open: InvalidCiphertextException.',
    source: CONTEXT_DOCS,
    run: async (aws) => {
      const CiphertextBlob = await seal(aws, await makeKey(aws));
      return refusalOf(aws.kms.send(new DecryptCommand({ CiphertextBlob })));
    },
    holds: INVALID_TEXT,
  },
  'sealed-other-key': {
    fact: 'Naming another key than it was sealed with is IncorrectKeyException.',
    source: kmsApi('Decrypt'),
    run: async (aws) => {
      const CiphertextBlob = await seal(aws, await makeKey(aws));
      const asked = { CiphertextBlob, EncryptionContext: CONTEXT, KeyId: await makeKey(aws) };
      return refusalOf(aws.kms.send(new DecryptCommand(asked)));
    },
    holds: 'IncorrectKeyException 400',
  },
  'sealed-altered': {
    fact: 'A changed byte is found: InvalidCiphertextException.',
    source: kmsApi('Decrypt'),
    run: async (aws) => {
      const CiphertextBlob = (await seal(aws, await makeKey(aws))) ?? new Uint8Array();
      CiphertextBlob[CiphertextBlob.length - 1] = (CiphertextBlob.at(-1) ?? 0) ^ 1;
      return refusalOf(aws.kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: CONTEXT })));
    },
    holds: INVALID_TEXT,
  },
  'sealed-missing-key': {
    fact: 'A key that is not there does not seal: NotFoundException.',
    source: kmsApi('Encrypt'),
    run: (aws) => refusalOf(seal(aws, NO_KEY)),
    holds: MISSING,
  },
  'sealed-too-long': {
    fact: 'Encrypt takes 4,096 bytes at most: else ValidationException.',
    source: kmsApi('Encrypt'),
    run: async (aws) => {
      const asked = { KeyId: await makeKey(aws), Plaintext: new Uint8Array(4_097) };
      return refusalOf(aws.kms.send(new EncryptCommand(asked)));
    },
    holds: 'ValidationException 400',
  },
  'data-keys': {
    fact: 'GenerateDataKey answers with another key each time, in the clear and sealed.',
    source: kmsApi('GenerateDataKey'),
    run: async (aws) => {
      const asked = { KeyId: await makeKey(aws), KeySpec: 'AES_256' } as const;
      const first = await aws.kms.send(new GenerateDataKeyCommand(asked));
      const second = await aws.kms.send(new GenerateDataKeyCommand(asked));
      const opened = await aws.kms.send(new DecryptCommand({ CiphertextBlob: first.CiphertextBlob }));
      const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('hex');
      return [
        first.Plaintext?.length,
        text(first.Plaintext) === text(second.Plaintext),
        text(opened.Plaintext) === text(first.Plaintext),
      ];
    },
    holds: [32, false, true],
  },
});

export const kmsFacts = [...keys, ...deletions, ...sealing];
