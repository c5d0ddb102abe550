import { CreateKeyCommand } from '@aws-sdk/client-kms';
import { expect, test } from 'vitest';
import type { BlueprintBuilder } from '#engine/blueprint.ts';
import { kmsKey } from '#providers/aws/kms/key.ts';
import { markedKeyObjects } from '#providers/aws/kms/marked-keys.ts';
import { MEAN_WEATHER } from '#providers/simulator/weather.ts';
import { CloudStand } from '../support/cloud-stand.ts';

const declaring =
  (description: string) =>
  (builder: BlueprintBuilder): void =>
    void builder.declare(kmsKey, 'state.key', { description });

test('a key is made once, described anew in its place, and scheduled for deletion', async () => {
  const stand = await CloudStand.open();
  expect(await stand.apply(declaring('one'))).toMatchObject({ failed: [] });
  expect(await stand.plan(declaring('one'))).toEqual([]);
  expect(await stand.apply(declaring('two'))).toMatchObject({ failed: [] });
  expect(await stand.plan(declaring('two'))).toEqual([]);
  expect(await stand.delete()).toMatchObject({ failed: [] });
  expect(stand.changes).toEqual(['kms.CreateKey', 'kms.UpdateKeyDescription', 'kms.ScheduleKeyDeletion']);
});

test('a key that is pending deletion is told with the day on which it goes', async () => {
  const stand = await CloudStand.open();
  await stand.apply(declaring('one'));
  const marked = () => stand.run(markedKeyObjects(stand.session, stand.context()));
  const [before, ...others] = await marked();
  expect(others).toEqual([]);
  expect(before?.goesLater).toBeUndefined();
  await stand.delete();
  const [after] = await marked();
  expect({ ...after, goesLater: undefined }).toEqual({ ...before, goesLater: undefined });
  expect(after?.goesLater).toMatch(/^deleted by KMS on \d{4}-\d\d-\d\d$/);
});

test("somebody else's keys are neither taken nor touched", async () => {
  const stand = await CloudStand.open();
  const tags = [
    { TagKey: 'bootstrap:cluster', TagValue: 'othercluster' },
    { TagKey: 'bootstrap:instance', TagValue: 'otherinstance234' },
  ];
  await stand.run(stand.services.kms.send(new CreateKeyCommand({ Tags: tags })));
  await stand.run(stand.services.kms.send(new CreateKeyCommand({})));
  await stand.apply(declaring('one'));
  await stand.delete();
  expect(stand.changes.filter((operation) => operation === 'kms.ScheduleKeyDeletion')).toHaveLength(1);
  expect(await stand.run(markedKeyObjects(stand.session, stand.context()))).toHaveLength(1);
});

test.each([1, 2, 3, 4, 5, 6])('in the meanest weather no key is left over (seed %i)', async (seed) => {
  const stand = await CloudStand.open({ seed, weather: MEAN_WEATHER });
  expect(await stand.apply(declaring('one'))).toMatchObject({ failed: [] });
  expect(await stand.delete()).toMatchObject({ failed: [] });
  expect(await stand.walk()).toEqual([]);
});
