import {
  CancelKeyDeletionCommand,
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  EnableKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  type KMSClient,
  ListKeysCommand,
  ListResourceTagsCommand,
  ScheduleKeyDeletionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateKeyDescriptionCommand,
} from '@aws-sdk/client-kms';
import { expect, test } from 'vitest';
import { ALL_BEHIND, refusalOf, SdkAccount } from '../support/sdk-account.ts';

const DAY_MS = 86_400_000;
const Plaintext = Buffer.from('a secret');

type Kms = Pick<KMSClient, 'send'>;

async function createKey(kms: Kms, input: object = {}): Promise<string> {
  const { KeyMetadata } = await kms.send(new CreateKeyCommand(input));
  return KeyMetadata?.KeyId ?? '';
}

async function seal(kms: Kms, KeyId: string, EncryptionContext = {}): Promise<Uint8Array> {
  const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId, Plaintext, EncryptionContext }));
  return CiphertextBlob ?? new Uint8Array();
}

async function open(kms: Kms, CiphertextBlob: Uint8Array, more: object = {}): Promise<string> {
  const opened = await kms.send(new DecryptCommand({ CiphertextBlob, ...more }));
  return Buffer.from(opened.Plaintext ?? []).toString();
}

test('KMS-1: each request makes another key', async () => {
  const { kms } = (await SdkAccount.open()).in();
  const [one, other] = [await createKey(kms), await createKey(kms)];
  expect(one).not.toBe(other);
  expect(one).toMatch(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect((await kms.send(new ListKeysCommand({}))).Keys).toHaveLength(2);
});

test('KMS-2: a key made just now is not found', async () => {
  const account = await SdkAccount.open(ALL_BEHIND);
  const { kms } = account.in();
  const KeyId = await createKey(kms);
  expect(await refusalOf(kms.send(new DescribeKeyCommand({ KeyId })))).toBe('NotFoundException 400');
  expect(await refusalOf(seal(kms, KeyId))).toBe('NotFoundException 400');
  await account.pass(10_000);
  await seal(kms, KeyId);
});

test('KMS-3: a key is named by its id or its whole name, in its own region', async () => {
  const account = await SdkAccount.open();
  const { kms } = account.in();
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Description: 'mine' }));
  const [id = '', arn = ''] = [KeyMetadata?.KeyId, KeyMetadata?.Arn];
  expect(arn).toBe(`arn:aws:kms:eu-west-3:${account.account.accountId}:key/${id}`);
  for (const KeyId of [id, arn]) {
    const described = await kms.send(new DescribeKeyCommand({ KeyId }));
    expect(described.KeyMetadata).toMatchObject({ KeyId: id, Description: 'mine', KeyState: 'Enabled', Enabled: true });
  }
  const elsewhere = account.in('eu-west-1').kms.send(new DescribeKeyCommand({ KeyId: id }));
  expect(await refusalOf(elsewhere)).toBe('NotFoundException 400');
  const stranger = kms.send(new DescribeKeyCommand({ KeyId: arn.replace('eu-west-3', 'eu-west-1') }));
  expect(await refusalOf(stranger)).toBe('NotFoundException 400');
});

test('KMS-4: a key is made with its tags, which have a listing of their own', async () => {
  const { kms } = (await SdkAccount.open()).in();
  const KeyId = await createKey(kms, { Tags: [{ TagKey: 'a', TagValue: '1' }] });
  await kms.send(new TagResourceCommand({ KeyId, Tags: [{ TagKey: 'b', TagValue: '2' }] }));
  await kms.send(new UntagResourceCommand({ KeyId, TagKeys: ['a'] }));
  const { Tags } = await kms.send(new ListResourceTagsCommand({ KeyId }));
  expect(Tags).toEqual([{ TagKey: 'b', TagValue: '2' }]);
  expect((await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata).not.toHaveProperty('Tags');
  const reserved = new TagResourceCommand({ KeyId, Tags: [{ TagKey: 'aws:a', TagValue: '1' }] });
  expect(await refusalOf(kms.send(reserved))).toBe('TagException 400');
});

test.each([6, 31])('KMS-5: a key cannot be deleted in %i days', async (PendingWindowInDays) => {
  const { kms } = (await SdkAccount.open()).in();
  const KeyId = await createKey(kms);
  const schedule = kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays }));
  expect(await refusalOf(schedule)).toBe('ValidationException 400');
});

test('KMS-5: a key is deleted in 30 days if nothing else is said', async () => {
  const account = await SdkAccount.open();
  const { kms } = account.in();
  const KeyId = await createKey(kms);
  const { DeletionDate, KeyState } = await kms.send(new ScheduleKeyDeletionCommand({ KeyId }));
  expect(KeyState).toBe('PendingDeletion');
  const days = ((DeletionDate?.getTime() ?? 0) - account.account.process.nowMs()) / DAY_MS;
  expect(Math.round(days)).toBe(30);
});

test('KMS-6: a key that is about to be deleted does nothing and is not changed', async () => {
  const { kms } = (await SdkAccount.open()).in();
  const KeyId = await createKey(kms);
  const sealed = await seal(kms, KeyId);
  await kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
  const requests = [
    () => seal(kms, KeyId),
    () => open(kms, sealed),
    () => kms.send(new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256' })),
    () => kms.send(new TagResourceCommand({ KeyId, Tags: [{ TagKey: 'a', TagValue: '1' }] })),
    () => kms.send(new UpdateKeyDescriptionCommand({ KeyId, Description: 'x' })),
    () => kms.send(new ScheduleKeyDeletionCommand({ KeyId })),
    () => kms.send(new EnableKeyCommand({ KeyId })),
  ];
  for (const request of requests) expect(await refusalOf(request())).toBe('KMSInvalidStateException 400');
});

test('KMS-7: a key is shown until its day has come', async () => {
  const account = await SdkAccount.open();
  const { kms } = account.in();
  const KeyId = await createKey(kms);
  await kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
  await account.pass(6 * DAY_MS);
  const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
  expect(KeyMetadata).toMatchObject({ KeyState: 'PendingDeletion', Enabled: false });
  expect((await kms.send(new ListKeysCommand({}))).Keys).toHaveLength(1);
  await account.pass(DAY_MS);
  expect(await refusalOf(kms.send(new DescribeKeyCommand({ KeyId })))).toBe('NotFoundException 400');
  expect((await kms.send(new ListKeysCommand({}))).Keys).toEqual([]);
});

test('KMS-8: a key whose deletion is cancelled is disabled until it is enabled', async () => {
  const { kms } = (await SdkAccount.open()).in();
  const KeyId = await createKey(kms);
  expect(await refusalOf(kms.send(new CancelKeyDeletionCommand({ KeyId })))).toBe('KMSInvalidStateException 400');
  await kms.send(new ScheduleKeyDeletionCommand({ KeyId }));
  await kms.send(new CancelKeyDeletionCommand({ KeyId }));
  const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
  expect(KeyMetadata?.KeyState).toBe('Disabled');
  expect(await refusalOf(seal(kms, KeyId))).toBe('DisabledException 400');
  await kms.send(new EnableKeyCommand({ KeyId }));
  await seal(kms, KeyId);
});

test('KMS-9: up to 4,096 bytes are sealed', async () => {
  const { kms } = (await SdkAccount.open()).in();
  const KeyId = await createKey(kms);
  const ofLength = (length: number) => kms.send(new EncryptCommand({ KeyId, Plaintext: new Uint8Array(length) }));
  await ofLength(4_096);
  expect(await refusalOf(ofLength(4_097))).toBe('ValidationException 400');
  expect(await refusalOf(ofLength(0))).toBe('ValidationException 400');
});

test('KMS-10: what is sealed knows its key', async () => {
  const { kms } = (await SdkAccount.open()).in();
  const [one, other] = [await createKey(kms), await createKey(kms)];
  expect(await open(kms, await seal(kms, one))).toBe('a secret');
  expect(await open(kms, await seal(kms, other))).toBe('a secret');
});

test('KMS-11: it is opened only with the context it was sealed with, in any order', async () => {
  const { kms } = (await SdkAccount.open()).in();
  const sealed = await seal(kms, await createKey(kms), { a: '1', b: '2' });
  expect(await open(kms, sealed, { EncryptionContext: { b: '2', a: '1' } })).toBe('a secret');
  for (const EncryptionContext of [undefined, {}, { a: '1' }, { a: '1', b: '3' }, { a: '1', b: '2', c: '3' }]) {
    expect(await refusalOf(open(kms, sealed, { EncryptionContext }))).toBe('InvalidCiphertextException 400');
  }
});

test('KMS-12: another key than it was sealed with is refused', async () => {
  const { kms } = (await SdkAccount.open()).in();
  const [KeyId, other] = [await createKey(kms), await createKey(kms)];
  const sealed = await seal(kms, KeyId);
  expect(await open(kms, sealed, { KeyId })).toBe('a secret');
  expect(await refusalOf(open(kms, sealed, { KeyId: other }))).toBe('IncorrectKeyException 400');
});

test('KMS-13: a change to any byte of it is found', async () => {
  const { kms } = (await SdkAccount.open()).in();
  const sealed = await seal(kms, await createKey(kms));
  for (let index = 0; index < sealed.length; index += 1) {
    const changed = Uint8Array.from(sealed, (byte, at) => (at === index ? byte ^ 1 : byte));
    expect(await refusalOf(open(kms, changed))).toBe('InvalidCiphertextException 400');
  }
  expect(await refusalOf(open(kms, Buffer.from('nonsense')))).toBe('InvalidCiphertextException 400');
});

test('KMS-14: a data key comes in the clear and sealed, another one each time', async () => {
  const account = await SdkAccount.open();
  const { kms } = account.in();
  const KeyId = await createKey(kms);
  const EncryptionContext = { a: '1' };
  const generate = () => kms.send(new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256', EncryptionContext }));
  const [one, other] = [await generate(), await generate()];
  expect(one.Plaintext).toHaveLength(32);
  expect(one.Plaintext).not.toEqual(other.Plaintext);
  const opened = await kms.send(new DecryptCommand({ CiphertextBlob: one.CiphertextBlob, EncryptionContext }));
  expect(Buffer.from(opened.Plaintext ?? [])).toEqual(Buffer.from(one.Plaintext ?? []));
});

test('KMS-15: five keys a second are made', async () => {
  const account = await SdkAccount.open({ publishedThrottles: true });
  const { kms } = account.in();
  const refused: string[] = [];
  await Promise.all(
    Array.from({ length: 7 }, () =>
      kms.send(new CreateKeyCommand({})).catch((error: unknown) => refused.push(String(error))),
    ),
  );
  expect(refused).toEqual(Array(2).fill('ThrottlingException: You have exceeded the rate at which you may call KMS.'));
  await account.pass(1_000);
  await createKey(kms);
});

test('KMS-16: keys are listed in pages', async () => {
  const account = await SdkAccount.open({ pageSizeOne: 1 });
  const { kms } = account.in();
  await createKey(kms);
  await createKey(kms);
  const first = await kms.send(new ListKeysCommand({ Limit: 10 }));
  const second = await kms.send(new ListKeysCommand({ Limit: 10, Marker: first.NextMarker }));
  expect([first.Keys?.length, first.Truncated, second.Keys?.length, second.Truncated]).toEqual([1, true, 1, false]);
});
