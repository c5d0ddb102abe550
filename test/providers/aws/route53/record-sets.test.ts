import { expect, test } from 'vitest';
import { absoluteName, fromSeen, spelled, toSent } from '#providers/aws/route53/record-sets.ts';

test.each([
  ['www.example.com', 'www.example.com.'],
  ['WWW.Example.com.', 'www.example.com.'],
  [String.raw`\052.example.com.`, '*.example.com.'],
  ['*.example.com', '*.example.com.'],
])('%s is one with %s', (name, absolute) => {
  expect(absoluteName(name)).toBe(absolute);
});

test('addresses are told in one order, whatever order they are declared in', () => {
  const record = { name: 'api.example.com', type: 'A', ttlSeconds: 60 } as const;
  const one = spelled({ ...record, values: ['10.0.0.2', '10.0.0.1'] });
  expect(one).toEqual(spelled({ ...record, values: ['10.0.0.1', '10.0.0.2'] }));
  expect(one).toEqual({ ...record, name: 'api.example.com.', values: ['10.0.0.1', '10.0.0.2'] });
});

test.each([
  ['plain', '"plain"'],
  ['say "hi" \\ bye', String.raw`"say \"hi\" \\ bye"`],
  ['', '""'],
  ['x'.repeat(300), `"${'x'.repeat(255)}" "${'x'.repeat(45)}"`],
])('a text stands in quotes, in parts when it is long', (text, quoted) => {
  expect(spelled({ name: 'a', type: 'TXT', ttlSeconds: 60, values: [text] }).values).toEqual([quoted]);
});

test('what is sent is what is read back', () => {
  const record = spelled({ name: '*.example.com', type: 'TXT', ttlSeconds: 60, values: ['b', 'a'] });
  expect(fromSeen(toSent(record))).toEqual({ ttlSeconds: 60, values: record.values });
});

test('an alias has no values of its own, but the name that it stands for', () => {
  const alias = { HostedZoneId: 'Z1', DNSName: 'lb.example.com.', EvaluateTargetHealth: false };
  expect(fromSeen({ Name: 'a.', Type: 'A', AliasTarget: alias })).toEqual({
    ttlSeconds: 0,
    values: [],
    alias: { zoneId: 'Z1', dnsName: 'lb.example.com.' },
  });
});
