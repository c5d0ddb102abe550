import { describe, expect, test } from 'vitest';
import { TAGS_MAX } from '#config/tag.ts';
import { parseAddress, parseClusterUid, parseInstanceId } from '#engine/address.ts';
import { lotTags, ownerOf, ownerOfMember, ownerTags, tagChange, userTags } from '#providers/aws/tags.ts';

const cluster = parseClusterUid('clusteruid');
const [first, second] = [parseInstanceId('instanceone'), parseInstanceId('instancetwo')];

describe('the mark of an object', () => {
  test('is read back as its owner', () => {
    const tags = ownerTags({
      cluster,
      instanceId: first,
      address: parseAddress('eu-west-3.network'),
      tags: { team: 'web' },
    });
    expect(ownerOf(tags)).toEqual({ cluster, instanceId: first });
    expect(tags).toContainEqual({ Key: 'Name', Value: 'eu-west-3.network' });
    expect(tags).toContainEqual({ Key: 'team', Value: 'web' });
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
  const tags = lotTags({ cluster, lot: [first, second], tags: { team: 'web' } }, 'blog worker');
  expect([0, 1, 2].map((index) => ownerOfMember(tags, index)?.instanceId)).toEqual([first, second, undefined]);
  expect(ownerOf(tags)).toBeUndefined();
});

test('the marks of the largest lot and all tags of a user fit into the fifty that EC2 allows', () => {
  const lot = Array.from({ length: 20 }, (_, index) => parseInstanceId(`instance${index}`));
  const tags = Object.fromEntries(Array.from({ length: TAGS_MAX }, (_, index) => [`tag-${index}`, 'x']));
  expect(lotTags({ cluster, lot, tags }, 'blog worker').length).toBeLessThanOrEqual(50);
});

describe("the user's own tags", () => {
  test("are those of an object whose keys some file has named; the rest is somebody else's", () => {
    const tags = [
      { Key: 'team', Value: 'web' },
      { Key: 'scanner', Value: 'seen' },
      { Key: 'stage', Value: 'trial' },
    ];
    expect(userTags(tags, { team: 'shop' }, { stage: 'trial', gone: 'x' })).toEqual({ team: 'web', stage: 'trial' });
    expect(userTags(tags, undefined, undefined)).toBeUndefined();
  });

  test('are changed by no more than what differs', () => {
    const change = tagChange({ team: 'web', stage: 'trial', constructor: 'x' }, { team: 'web', owner: '' });
    expect(change).toEqual({ put: [{ Key: 'owner', Value: '' }], drop: ['constructor', 'stage'] });
    expect(tagChange({ team: 'web' }, { team: 'web' })).toBeUndefined();
    expect(tagChange()).toBeUndefined();
  });
});
