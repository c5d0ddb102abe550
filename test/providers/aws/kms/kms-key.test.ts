import { CreateKeyCommand, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms';
import { expect, test } from 'vitest';
import { parseClusterUid } from '#engine/address.ts';
import { asProblem } from '#engine/problem.ts';
import { KmsKey } from '#providers/aws/kms/kms-key.ts';
import { CALM_WEATHER } from '#providers/simulator/weather.ts';
import { CloudStand } from '../support/cloud-stand.ts';
import { UID } from '../support/declared-cluster.ts';

const CONSISTENCY = { visibleWithinMs: 60_000, requestAgeMaxMs: 30_000, pollMs: 2_000 };

test('a data key opens for the cluster that it was made for', async () => {
  const { stand, key } = await openKey();
  const { bytes, wrapped } = await stand.run(key.create(UID));
  expect(bytes).toHaveLength(32);
  expect(wrapped).toMatch(/^kms\.[\w-]+$/);
  expect([...(await stand.run(key.open(UID, wrapped)))]).toEqual([...bytes]);
});

test('data keys differ from one another', async () => {
  const { stand, key } = await openKey();
  const [one, other] = [await stand.run(key.create(UID)), await stand.run(key.create(UID))];
  expect(one.bytes).not.toEqual(other.bytes);
});

test('a data key opens for no other cluster', async () => {
  const { stand, key } = await openKey();
  const { wrapped } = await stand.run(key.create(UID));
  expect(await codeOf(stand, key.open(parseClusterUid('othercluster'), wrapped))).toBe('state.seal-broken');
});

test.each(['', 'v1.a.b.c', 'kms.', 'kms.nonsense'])('the text "%s" opens to nothing', async (text) => {
  const { stand, key } = await openKey();
  expect(await codeOf(stand, key.open(UID, text))).toBe('state.seal-broken');
});

test('what another key of the same account wrapped does not open', async () => {
  const { stand, key } = await openKey();
  const other = await anotherKey(stand);
  const { wrapped } = await stand.run(other.create(UID));
  expect(await codeOf(stand, key.open(UID, wrapped))).toBe('state.seal-broken');
});

test('a key that was made a moment ago is waited for', async () => {
  const weather = { ...CALM_WEATHER, lagMs: 10_000, notFoundAfterCreate: 0.9 };
  const { stand, key } = await openKey(weather);
  const { bytes, wrapped } = await stand.run(key.create(UID));
  expect([...(await stand.run(key.open(UID, wrapped)))]).toEqual([...bytes]);
});

test('a key that is missing for good is reported as missing', async () => {
  const { stand } = await openKey();
  const key = keyOf(stand, async () => `arn:aws:kms:eu-west-3:123456789012:key/${'0'.repeat(36)}`);
  expect(await codeOf(stand, key.create(UID))).toBe('state.key-missing');
  expect(stand.clock.monotonicMs()).toBeGreaterThanOrEqual(CONSISTENCY.visibleWithinMs);
});

test('a key that is pending deletion opens nothing', async () => {
  const { stand, key, keyId } = await openKey();
  const { wrapped } = await stand.run(key.create(UID));
  await stand.run(stand.services.kms.send(new ScheduleKeyDeletionCommand({ KeyId: keyId, PendingWindowInDays: 7 })));
  expect(await codeOf(stand, key.open(UID, wrapped))).toBe('state.key-missing');
});

test('where the key is kept is asked for once, and again only when there was no answer', async () => {
  const { stand, keyId } = await openKey();
  const answers = [Promise.reject(new Error('not now')), Promise.resolve(keyId)];
  const key = keyOf(stand, () => answers.shift() ?? Promise.reject(new Error('asked too often')));
  expect(await codeOf(stand, key.create(UID))).toBe('internal');
  const { wrapped } = await stand.run(key.create(UID));
  await stand.run(key.open(UID, wrapped));
});

async function openKey(weather = CALM_WEATHER) {
  const stand = await CloudStand.open({ weather });
  const { KeyMetadata } = await stand.run(stand.services.kms.send(new CreateKeyCommand({})));
  const keyId = KeyMetadata?.Arn ?? '';
  return { stand, keyId, key: keyOf(stand, async () => keyId) };
}

async function anotherKey(stand: CloudStand): Promise<KmsKey> {
  const { KeyMetadata } = await stand.run(stand.services.kms.send(new CreateKeyCommand({})));
  return keyOf(stand, async () => KeyMetadata?.Arn ?? '');
}

function keyOf(stand: CloudStand, keyId: () => Promise<string>): KmsKey {
  const { clock, random, session } = stand;
  return new KmsKey({ kms: session.kms, context: stand.context(), clock, random, consistency: CONSISTENCY, keyId });
}

async function codeOf(stand: CloudStand, promise: Promise<unknown>): Promise<string> {
  return stand.run(
    promise.then(
      () => 'fine',
      (error: unknown) => asProblem(error).code,
    ),
  );
}
