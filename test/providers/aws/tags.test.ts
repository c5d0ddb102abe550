import { describe, expect, test } from 'vitest';
import { parseAddress, parseClusterUid, parseInstanceId } from '#engine/address.ts';
import { lotTags, ownerOf, ownerOfMember, ownerTags } from '#providers/aws/tags.ts';

const cluster = parseClusterUid('clusteruid');
const [first, second] = [parseInstanceId('instanceone'), parseInstanceId('instancetwo')];

describe('the mark of an object', () => {
  test('is read back as its owner', () => {
    const tags = ownerTags({ cluster, instanceId: first, address: parseAddress('eu-west-3.network') });
    expect(ownerOf(tags)).toEqual({ cluster, instanceId: first });
    expect(tags).toContainEqual({ Key: 'Name', Value: 'eu-west-3.network' });
  });

  test('is none when a part of it is missing or was never ours', () => {
    expect(ownerOf(undefined)).toBeUndefined();
    expect(ownerOf([{ Key: 'bootstrap:cluster', Value: cluster }])).toBeUndefined();
    const strange = [
      { Key: 'bootstrap:cluster', Value: 'Not a uid' },
      { Key: 'bootstrap:instance', Value: first },
    ];
    expect(ownerOf(strange)).toBeUndefined();
  });
});

test('each machine of a lot finds its own mark among those of all by its place in the launch', () => {
  const tags = lotTags({ cluster, lot: [first, second] }, 'blog worker');
  expect([0, 1, 2].map((index) => ownerOfMember(tags, index)?.instanceId)).toEqual([first, second, undefined]);
  expect(ownerOf(tags)).toBeUndefined();
});

test('the marks of the largest lot fit into the fifty tags that EC2 allows', () => {
  const lot = Array.from({ length: 20 }, (_, index) => parseInstanceId(`instance${index}`));
  expect(lotTags({ cluster, lot }, 'blog worker').length).toBeLessThanOrEqual(50);
});
