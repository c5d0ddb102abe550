import {
  CreateHostedZoneCommand,
  GetChangeCommand,
  GetHostedZoneCommand,
  ListResourceRecordSetsCommand,
} from '@aws-sdk/client-route-53';
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { Weather } from '#providers/simulator/weather.ts';
import { faultOf, refusalOf, SdkAccount } from '../support/sdk-account.ts';
import { changeRecords, type RecordChange, recordsOf } from './records.ts';

const Messages = z.object({ messages: z.array(z.string()) });

/** The zone example.com. */
class Zone {
  readonly account: SdkAccount;
  readonly id: string;

  private constructor(account: SdkAccount, id: string) {
    this.account = account;
    this.id = id;
  }

  static async open(weather: Partial<Weather> = {}): Promise<Zone> {
    const account = await SdkAccount.open();
    const command = new CreateHostedZoneCommand({ Name: 'example.com', CallerReference: 'one' });
    const { HostedZone } = await account.in().route53.send(command);
    await account.pass(60_000);
    account.change(weather);
    return new Zone(account, HostedZone?.Id ?? '');
  }

  get route53() {
    return this.account.in().route53;
  }

  async change(...changes: readonly RecordChange[]) {
    return changeRecords(this.route53, this.id, changes);
  }

  async complaint(...changes: readonly RecordChange[]): Promise<string> {
    const { name, message, ...details } = await faultOf(this.change(...changes));
    const { messages } = Messages.parse(details);
    return `${name}: ${message}: ${messages.join(', ')}`;
  }

  /** `www.example.com. A 60 192.0.2.1`, without the zone's own two. */
  async records(): Promise<readonly string[]> {
    const records = await recordsOf(this.route53, this.id);
    return records
      .filter(({ Type }) => Type !== 'NS' && Type !== 'SOA')
      .map(({ Name, Type, TTL, ResourceRecords = [] }) =>
        [Name, Type, TTL, ...ResourceRecords.map(({ Value }) => Value)].join(' '),
      );
  }
}

const www = { Name: 'www.example.com', Type: 'A', values: ['192.0.2.1'] } as const;

test('R53-12: a record that is there is not created', async () => {
  const zone = await Zone.open();
  await zone.change({ Action: 'CREATE', ...www });
  expect(await zone.complaint({ Action: 'CREATE', ...www, values: ['192.0.2.2'] })).toBe(
    "InvalidChangeBatch: UnknownError: Tried to create resource record set [name='www.example.com.', type='A'] but it already exists",
  );
  expect(await zone.records()).toEqual(['www.example.com. A 60 192.0.2.1']);
});

test('R53-13: a record is only deleted as it is, the order of its values aside', async () => {
  const zone = await Zone.open();
  const record = { ...www, values: ['192.0.2.1', '192.0.2.2'] };
  const label =
    "InvalidChangeBatch: UnknownError: Tried to delete resource record set [name='www.example.com.', type='A'] but";
  expect(await zone.complaint({ Action: 'DELETE', ...record })).toBe(`${label} it was not found`);
  await zone.change({ Action: 'CREATE', ...record });
  const mismatch = `${label} the values provided do not match the current values`;
  expect(await zone.complaint({ Action: 'DELETE', ...record, TTL: 300 })).toBe(mismatch);
  expect(await zone.complaint({ Action: 'DELETE', ...www })).toBe(mismatch);
  await zone.change({ Action: 'DELETE', ...record, values: record.values.toReversed() });
  expect(await zone.records()).toEqual([]);
});

test('R53-14: an upsert makes a record or replaces it', async () => {
  const zone = await Zone.open();
  await zone.change({ Action: 'UPSERT', ...www });
  await zone.change({ Action: 'UPSERT', ...www, values: ['192.0.2.9'], TTL: 5 });
  expect(await zone.records()).toEqual(['www.example.com. A 5 192.0.2.9']);
});

test('R53-15: a batch is done as a whole or not at all', async () => {
  const zone = await Zone.open();
  await zone.change({ Action: 'CREATE', ...www });
  await zone.complaint(
    { Action: 'CREATE', ...www, Name: 'a.example.com' },
    { Action: 'DELETE', ...www },
    { Action: 'CREATE', ...www, Name: 'elsewhere.org' },
  );
  expect(await zone.records()).toEqual(['www.example.com. A 60 192.0.2.1']);
});

test('R53-16: the changes of a batch follow one another', async () => {
  const zone = await Zone.open();
  await zone.change({ Action: 'CREATE', ...www });
  await zone.change(
    { Action: 'DELETE', ...www },
    { Action: 'CREATE', Name: www.Name, Type: 'CNAME', values: ['example.org'] },
  );
  expect(await zone.records()).toEqual(['www.example.com. CNAME 60 example.org']);
  const twice = { Action: 'DELETE', Name: www.Name, Type: 'CNAME', values: ['example.org'] } as const;
  expect(await zone.complaint(twice, twice)).toContain('but it was not found');
});

test('R53-17: all that is wrong with a batch is told at once', async () => {
  const zone = await Zone.open();
  expect(
    await zone.complaint(
      { Action: 'DELETE', ...www },
      { Action: 'CREATE', ...www, Name: 'elsewhere.org' },
      { Action: 'CREATE', ...www, values: ['nonsense'] },
    ),
  ).toMatchInlineSnapshot(
    `"InvalidChangeBatch: UnknownError: Tried to delete resource record set [name='www.example.com.', type='A'] but it was not found, RRSet with DNS name elsewhere.org. is not permitted in zone example.com., Invalid Resource Record: 'FATAL problem: ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address) encountered with 'nonsense''"`,
  );
});

test('R53-18: a name that stands for another has nothing else, and the zone itself has no such name', async () => {
  const zone = await Zone.open();
  await zone.change({ Action: 'CREATE', ...www });
  const alias = { Action: 'CREATE', Name: www.Name, Type: 'CNAME', values: ['example.org'] } as const;
  expect(await zone.complaint(alias)).toContain('conflicts with other records with the same DNS name');
  expect(await zone.complaint({ ...alias, Name: 'example.com' })).toContain('is not permitted at apex in zone');
  await zone.change({ ...alias, Name: 'a.example.com' });
  expect(await zone.complaint({ Action: 'CREATE', ...www, Name: 'a.example.com' })).toContain('conflicts');
});

test.each([
  ['A', '192.0.2', 'Value is not a valid IPv4 address'],
  ['AAAA', '192.0.2.1', 'Value is not a valid IPv6 address'],
  ['TXT', 'bare', 'Value should be enclosed in quotation marks'],
] as const)('R53-19: %s takes no value such as %s', async (Type, value, words) => {
  const zone = await Zone.open();
  expect(await zone.complaint({ Action: 'CREATE', Name: 'a.example.com', Type, values: [value] })).toContain(words);
});

test('R53-20: a batch has a thousand values, those of upserts counted twice', async () => {
  const zone = await Zone.open();
  const batch = (Action: 'CREATE' | 'UPSERT', count: number): RecordChange[] =>
    Array.from({ length: count }, (_, n) => ({ Action, ...www, Name: `n${n}.example.com` }));
  const refusal = 'InvalidChangeBatch: UnknownError: Number of records limit of 1000 exceeded.';
  expect(await zone.complaint(...batch('CREATE', 1_001))).toBe(refusal);
  expect(await zone.complaint(...batch('UPSERT', 501))).toBe(refusal);
  await zone.change(...batch('CREATE', 1_000));
  await zone.change(...batch('UPSERT', 500));
});

test("R53-21: the zone's own records stay as long as the zone", async () => {
  const zone = await Zone.open();
  for (const { Name = '', Type = 'NS', TTL = 0, ResourceRecords = [] } of await recordsOf(zone.route53, zone.id)) {
    const values = ResourceRecords.map(({ Value = '' }) => Value);
    expect(await zone.complaint({ Action: 'DELETE', Name, Type, TTL, values })).toContain('A HostedZone must contain');
  }
});

test('R53-22: a zone that still works on a change takes no other', async () => {
  const zone = await Zone.open({ lagMs: 10_000 });
  await zone.change({ Action: 'CREATE', ...www });
  const next = { Action: 'CREATE', ...www, Name: 'a.example.com' } as const;
  expect(await refusalOf(zone.change(next))).toBe('PriorRequestNotComplete 400');
  await zone.account.pass(1_000);
  await zone.change(next);
  await zone.account.pass(1_000);
  zone.account.change({ priorRequest: 1 });
  expect(await refusalOf(zone.change({ Action: 'DELETE', ...www }))).toBe('PriorRequestNotComplete 400');
  expect(await zone.records()).toHaveLength(2);
});

test('R53-23: a change is pending until all servers know of it', async () => {
  const zone = await Zone.open({ dnsInsyncMs: 30_000 });
  const { ChangeInfo } = await zone.change({ Action: 'CREATE', ...www });
  expect(ChangeInfo).toMatchObject({ Status: 'PENDING' });
  const statusOf = async (Id = '') => (await zone.route53.send(new GetChangeCommand({ Id }))).ChangeInfo?.Status;
  expect(await statusOf(ChangeInfo?.Id)).toBe('PENDING');
  await zone.account.pass(30_000);
  expect(await statusOf(ChangeInfo?.Id)).toBe('INSYNC');
  expect(await refusalOf(statusOf('C0'))).toBe('NoSuchChange 404');
});

test('R53-24: a listing shows what is pending', async () => {
  const zone = await Zone.open({ dnsInsyncMs: 30_000, lagMs: 30_000, staleDescribe: 1, notFoundAfterCreate: 1 });
  await zone.change({ Action: 'CREATE', ...www });
  expect(await zone.records()).toEqual(['www.example.com. A 60 192.0.2.1']);
  const { HostedZone } = await zone.route53.send(new GetHostedZoneCommand({ Id: zone.id }));
  expect(HostedZone?.ResourceRecordSetCount).toBe(3);
});

test('R53-25: records are listed by their names from the right, then by type, in pages from a record on', async () => {
  const zone = await Zone.open();
  const names = ['b.example.com', 'a.b.example.com', 'a.example.com', 'a-b.example.com'];
  await zone.change(...names.map((Name) => ({ Action: 'CREATE', ...www, Name }) as const));
  await zone.change({ Action: 'CREATE', Name: 'b.example.com', Type: 'TXT', values: ['"x"'] });
  const page = (input: object) =>
    zone.route53.send(new ListResourceRecordSetsCommand({ HostedZoneId: zone.id, ...input }));
  const shown: string[] = [];
  let next: object | undefined = {};
  while (next !== undefined) {
    const { ResourceRecordSets = [], ...rest }: Awaited<ReturnType<typeof page>> = await page({ MaxItems: 2, ...next });
    shown.push(ResourceRecordSets.map(({ Name, Type }) => `${Name} ${Type}`).join(' · '));
    const start = { StartRecordName: rest.NextRecordName, StartRecordType: rest.NextRecordType };
    next = rest.IsTruncated === true ? start : undefined;
  }
  expect(shown).toEqual([
    'example.com. NS · example.com. SOA',
    'a-b.example.com. A · a.example.com. A',
    'b.example.com. A · b.example.com. TXT',
    'a.b.example.com. A',
  ]);
  expect(await refusalOf(page({ StartRecordType: 'A' }))).toBe('InvalidInput 400');
  zone.account.change({ pageSizeOne: 1 });
  expect((await page({})).ResourceRecordSets).toHaveLength(1);
});

test('R53-26: a star in a name is shown by its number', async () => {
  const zone = await Zone.open();
  await zone.change({ Action: 'CREATE', ...www, Name: '*.Example.com' });
  expect(await zone.records()).toEqual(['\\052.example.com. A 60 192.0.2.1']);
  await zone.change({ Action: 'DELETE', ...www, Name: '\\052.example.com.' });
  expect(await zone.records()).toEqual([]);
});

test('R53-27: a value is not given twice', async () => {
  const zone = await Zone.open();
  expect(await zone.complaint({ Action: 'CREATE', ...www, values: ['192.0.2.1', '192.0.2.1'] })).toBe(
    "InvalidChangeBatch: UnknownError: Duplicate Resource Record: '192.0.2.1'",
  );
});
