import { expect, test } from 'vitest';
import { isSameHole, type Opening, openingsOf, permissionOf, sortedOpenings } from '#providers/aws/ec2/opening.ts';

const OPENINGS: readonly Opening[] = [
  { protocol: 'tcp', ports: [22, 22], source: '203.0.113.0/24', purpose: 'test' },
  { protocol: 'tcp', ports: [2379, 2380], source: 'sg-0123', purpose: 'test' },
  { protocol: 'tcp', ports: [443, 443], source: '::/0', purpose: 'test' },
  { protocol: 'icmp', ports: [-1, -1], source: '10.0.0.0/8', purpose: 'test' },
  { protocol: '-1', source: 'sg-0123', purpose: 'test' },
  { protocol: 'udp', ports: [53, 53], source: 'pl-0123', purpose: 'test' },
];

test('what is sent is what is read back, whoever the source is', () => {
  const permissions = OPENINGS.map(permissionOf);
  expect(openingsOf(permissions)).toEqual(sortedOpenings(OPENINGS));
});

test('EC2 gathers the sources of one port in one permission; they are holes of their own', () => {
  const gathered = {
    IpProtocol: 'tcp',
    FromPort: 22,
    ToPort: 22,
    IpRanges: [{ CidrIp: '198.51.100.0/24' }, { CidrIp: '203.0.113.0/24', Description: 'office' }],
    UserIdGroupPairs: [{ GroupId: 'sg-1', UserId: '1234' }],
  };
  expect(openingsOf([gathered]).map(({ source }) => source)).toEqual(['198.51.100.0/24', '203.0.113.0/24', 'sg-1']);
});

test('for any protocol the ports that some answers bring along mean nothing', () => {
  const any = { IpProtocol: '-1', FromPort: -1, ToPort: -1, IpRanges: [{ CidrIp: '10.0.0.0/8' }] };
  expect(openingsOf([any])).toEqual([{ protocol: '-1', source: '10.0.0.0/8', purpose: '' }]);
});

test('the same hole twice is one hole, for the purpose that was named first', () => {
  const ssh: Opening = { protocol: 'tcp', ports: [22, 22], source: '203.0.113.0/24', purpose: 'SSH' };
  expect(sortedOpenings([ssh, { ...ssh, purpose: 'also SSH' }])).toEqual([ssh]);
  expect(isSameHole(ssh, { ...ssh, purpose: 'also SSH' })).toBe(true);
  expect(isSameHole(ssh, { ...ssh, ports: [22, 23] })).toBe(false);
});
