import { describe, expect, test } from 'vitest';
import { refusalOf, TestAccount } from '../support/test-account.ts';

describe('what EC2 has to offer', () => {
  test('EC2-87: are the zones of the region', () => {
    const { AvailabilityZones } = new TestAccount().ec2('DescribeAvailabilityZones');
    expect(AvailabilityZones?.map(({ ZoneName, ZoneId, State }) => [ZoneName, ZoneId, State])).toEqual([
      ['eu-west-3a', 'euw3-az1', 'available'],
      ['eu-west-3b', 'euw3-az2', 'available'],
      ['eu-west-3c', 'euw3-az3', 'available'],
    ]);
  });

  test('EC2-88: are images by owner, name and architecture, with dates to tell the newest', () => {
    const account = new TestAccount();
    const Filters = [
      { Name: 'name', Values: ['debian-13-*'] },
      { Name: 'architecture', Values: ['arm64'] },
    ];
    const { Images = [] } = account.ec2('DescribeImages', { Owners: ['136693071363'], Filters });
    expect(Images).toHaveLength(3);
    expect(new Set(Images.map(({ CreationDate }) => CreationDate)).size).toBe(3);
    expect(Images[0]).toMatchObject({ Architecture: 'arm64', RootDeviceName: '/dev/xvda', State: 'available' });
    const stranger = account.ec2('DescribeImages', { Owners: ['000000000000'], Filters });
    expect(stranger.Images).toEqual([]);
    expect(refusalOf(() => account.ec2('DescribeImages', { ImageIds: ['ami-0'] }))).toBe('InvalidAMIID.NotFound');
  });

  test('EC2-89: are images of other ids in other regions, the same ids in every account', () => {
    const images = (region: string, seed: string) => {
      const request = { region, service: 'ec2', operation: 'DescribeImages', input: {} };
      return JSON.stringify(new TestAccount({ seed }).account.execute(request, 0)).match(/ami-0\w+/g);
    };
    expect(images('eu-west-3', 'one')).toHaveLength(22);
    expect(images('eu-west-3', 'one')).toEqual(images('eu-west-3', 'two'));
    expect(images('eu-west-3', 'one')).not.toEqual(images('eu-west-1', 'one'));
  });

  test('EC2-90: are instance types by zone', () => {
    const account = new TestAccount();
    const zonesOf = (type: string) => {
      const Filters = [{ Name: 'instance-type', Values: [type] }];
      const input = { LocationType: 'availability-zone', Filters };
      const { InstanceTypeOfferings } = account.ec2('DescribeInstanceTypeOfferings', input);
      return InstanceTypeOfferings?.map(({ Location }) => Location);
    };
    expect(zonesOf('t3.medium')).toEqual(['eu-west-3a', 'eu-west-3b', 'eu-west-3c']);
    expect(zonesOf('m8g.large')).toEqual(['eu-west-3a', 'eu-west-3b']);
    expect(zonesOf('m7i.pico')).toEqual([]);
  });
});
