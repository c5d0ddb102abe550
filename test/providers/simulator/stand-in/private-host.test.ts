import { expect, test } from 'vitest';
import { isPrivateHost } from '#providers/simulator/stand-in/private-host.ts';

test.each([
  'localhost',
  'moto.localhost',
  '127.0.0.1',
  '127.8.9.10',
  '10.0.0.1',
  '172.16.0.1',
  '172.31.255.254',
  '192.168.1.5',
  '::1',
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
  '[fd00::5]',
])('%s is on this machine or its own network', (host) => {
  expect(isPrivateHost(host)).toBe(true);
});

test.each([
  'ec2.eu-west-3.amazonaws.com',
  's3.cn-north-1.amazonaws.com.cn',
  'localhost.amazonaws.com',
  'emulator.example.com',
  'moto',
  '127.0.0.1.example.com',
  '10.example.com',
  '172.15.0.1',
  '172.32.0.1',
  '169.254.169.254',
  '203.0.113.7',
  '0.0.0.0',
  '[2001:db8::1]',
  '[fe80::1]',
  '[::]',
  '[::ffff:203.0.113.7]',
  '',
])('%s may lead anywhere', (host) => {
  expect(isPrivateHost(host)).toBe(false);
});
