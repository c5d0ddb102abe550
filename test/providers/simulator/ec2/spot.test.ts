import { expect, test } from 'vitest';
import { CALM_WEATHER } from '#providers/simulator/weather.ts';
import { refusalOf, TestAccount } from '../support/test-account.ts';
import { launch, launchInput, makePlace } from '../support/test-network.ts';

const SPOT = { InstanceMarketOptions: { MarketType: 'spot' } };

function refused(account: TestAccount, subnetId: string, extra: object): string {
  return refusalOf(() => launch(account, subnetId, extra));
}

test('SPOT-1: a spot instance is shown as one, with the id of its request', () => {
  const account = new TestAccount();
  const { subnetId } = makePlace(account);
  const [spot] = launch(account, subnetId, SPOT);
  expect(spot).toMatchObject({ InstanceLifecycle: 'spot' });
  expect(spot?.SpotInstanceRequestId).toMatch(/^sir-[0-9a-f]{8}$/);
  const [usual] = launch(account, subnetId, { ClientToken: 'other' });
  expect(usual?.InstanceLifecycle).toBeUndefined();
});

test('SPOT-2: spot instances have a quota of their own', () => {
  const quotas = { ...CALM_WEATHER.quotas, vcpus: 2, spotVcpus: 4 };
  const account = new TestAccount({ weather: { quotas } });
  const { subnetId } = makePlace(account);
  launch(account, subnetId, { ClientToken: 'on demand' });
  expect(refused(account, subnetId, { ClientToken: 'more' })).toBe('VcpuLimitExceeded');
  const two = { MinCount: 2, MaxCount: 2, ...SPOT };
  expect(launch(account, subnetId, { ...two, ClientToken: 'spot' })).toHaveLength(2);
  expect(refused(account, subnetId, { ...SPOT, ClientToken: 'more spot' })).toBe('MaxSpotInstanceCountExceeded');
});

test('SPOT-3: a price that is too low is refused', () => {
  const account = new TestAccount();
  const { subnetId } = makePlace(account);
  const offering = (MaxPrice: string) => ({
    InstanceMarketOptions: { MarketType: 'spot', SpotOptions: { MaxPrice } },
    ClientToken: MaxPrice,
  });
  expect(refused(account, subnetId, offering('0.0001'))).toBe('SpotMaxPriceTooLow');
  expect(refused(account, subnetId, offering('0.05'))).toBe('accepted');
});

test('SPOT-4: a pool of spot instances may be exhausted where others are to be had', () => {
  for (const pool of ['spot', 'spot/m7i.large', 'spot/eu-west-3a', 'spot/eu-west-3a/m7i.large']) {
    const account = new TestAccount({ weather: { exhausted: [pool] } });
    const { subnetId } = makePlace(account);
    expect(refused(account, subnetId, SPOT)).toBe('InsufficientInstanceCapacity');
    expect(refused(account, subnetId, {})).toBe('accepted');
  }
});

test('SPOT-5: a spot instance that is taken back says so, as none that ends on request does', () => {
  const machines = { ...CALM_WEATHER.machines, vanishes: 1 };
  const account = new TestAccount({ weather: { machines } });
  const { subnetId } = makePlace(account);
  launch(account, subnetId, SPOT);
  launch(account, subnetId, { ClientToken: 'other' });
  account.pass(120_000);
  const { Reservations = [] } = account.ec2('DescribeInstances');
  const ends = Reservations.flatMap(({ Instances = [] }) => Instances).map(
    ({ InstanceLifecycle = 'usual', State, StateReason }) => `${InstanceLifecycle} ${State?.Name} ${StateReason?.Code}`,
  );
  expect(ends.toSorted()).toEqual([
    'spot terminated Server.SpotInstanceTermination',
    'usual terminated Server.InternalError',
  ]);
});

test('SPOT-6: a token counts for one market', () => {
  const account = new TestAccount();
  const { subnetId } = makePlace(account);
  launch(account, subnetId, SPOT);
  expect(launch(account, subnetId, SPOT)).toHaveLength(1);
  expect(refused(account, subnetId, {})).toBe('IdempotentParameterMismatch');
});

test('AMI-1: the account sees images of its own, and no id that nobody has', () => {
  const account = new TestAccount();
  const { Images = [] } = account.ec2('DescribeImages', { Owners: ['123456789012'] });
  expect(Images.map(({ Name, State, Public }) => `${Name} ${State} ${Public}`).toSorted()).toEqual([
    'own-being-made pending false',
    'own-debian-13-amd64 available false',
    'own-debian-13-arm64 available false',
    'own-without-disk available false',
  ]);
  const asking = () => account.ec2('DescribeImages', { ImageIds: ['ami-00000000000000000'] });
  expect(refusalOf(asking)).toBe('InvalidAMIID.NotFound');
});

test('AMI-2: an image that is not available launches nothing', () => {
  const account = new TestAccount();
  const { subnetId } = makePlace(account);
  const Filters = [{ Name: 'name', Values: ['own-being-made'] }];
  const { Images } = account.ec2('DescribeImages', { Filters });
  const asking = launchInput(account, subnetId, { ImageId: Images?.[0]?.ImageId });
  expect(refusalOf(() => account.ec2('RunInstances', asking))).toBe('InvalidAMIID.Unavailable');
});
