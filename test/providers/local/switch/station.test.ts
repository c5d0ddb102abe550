import { describe, expect, test } from 'vitest';
import { addressNumber } from '#providers/local/ipv4.ts';
import { parseMac } from '#providers/local/switch/mac-address.ts';
import { Station } from '#providers/local/switch/station.ts';
import { readUdp, writeUdp } from '#providers/local/switch/udp.ts';
import { settle } from '../../../support/virtual-clock.ts';

const MAC = '52 54 02 14 00 02';
const GUEST = '52 54 01 aa bb cc';
const EVERYBODY = 'ff ff ff ff ff ff';
const [STATION_IP, GUEST_IP] = ['0a 14 00 02', '0a 14 00 05'];

function start(answerDns: (query: Buffer) => Promise<Buffer | undefined> = async () => undefined) {
  const sent: string[] = [];
  const station = new Station({
    mac: parseMac(MAC.replaceAll(' ', ':')),
    address: addressNumber('10.20.0.2'),
    answerDns,
    send: (frame) => sent.push(hexOf(frame)),
  });
  return { sent, hear: (hex: string) => station.hear(bytesOf(hex)) };
}

describe('who asks for the address of the switch', () => {
  const request = (target: string) =>
    `${EVERYBODY} ${GUEST} 08 06 00 01 08 00 06 04 00 01 ${GUEST} ${GUEST_IP} 00 00 00 00 00 00 ${target}`;

  test('is told where it is, also when the frame was made longer', () => {
    const { sent, hear } = start();
    hear(request(STATION_IP));
    hear(`${request(STATION_IP)} ${'00 '.repeat(18).trim()}`);
    const answer = `${GUEST} ${MAC} 08 06 00 01 08 00 06 04 00 02 ${MAC} ${STATION_IP} ${GUEST} ${GUEST_IP}`;
    expect(sent).toEqual([answer, answer]);
  });

  test.each([
    ['for another address', request('0a 14 00 03')],
    ['in an answer', request(STATION_IP).replace('06 04 00 01', '06 04 00 02')],
    ['with addresses of another kind', request(STATION_IP).replace('00 01 08 00 06 04', '00 06 08 00 06 04')],
    ['with half a frame', request(STATION_IP).slice(0, 3 * 30)],
    ['in a frame for somebody else', request(STATION_IP).replace(EVERYBODY, '52 54 01 00 00 01')],
  ])('%s is told nothing', (_how, frame) => {
    const { sent, hear } = start();
    hear(frame);
    expect(sent).toEqual([]);
  });
});

describe('a ping', () => {
  const echo = (type: string, checksum: string) => `${type} 00 ${checksum} 12 34 00 01 61 62 63 64 65`;
  const header = (from: string, to: string, checksum: string, id: string) =>
    `45 00 00 21 ${id} 40 00 40 01 ${checksum} ${from} ${to}`;

  test('is answered with the same bytes, and right sums', () => {
    const { sent, hear } = start();
    const request = `${MAC} ${GUEST} 08 00 ${header(GUEST_IP, STATION_IP, sumOf(header(GUEST_IP, STATION_IP, '00 00', '00 07')), '00 07')} ${echo('08', sumOf(echo('08', '00 00')))}`;
    hear(request);
    const answer = `${GUEST} ${MAC} 08 00 ${header(STATION_IP, GUEST_IP, sumOf(header(STATION_IP, GUEST_IP, '00 00', '00 00')), '00 00')} ${echo('00', sumOf(echo('00', '00 00')))}`;
    expect(sent).toEqual([answer]);
  });

  const whole = (ip: string, icmp: string) => `${MAC} ${GUEST} 08 00 ${ip} ${icmp}`;
  const goodIp = header(GUEST_IP, STATION_IP, sumOf(header(GUEST_IP, STATION_IP, '00 00', '00 07')), '00 07');
  const goodIcmp = echo('08', sumOf(echo('08', '00 00')));
  const fragment = goodIp.replace('00 07 40 00', '00 07 20 00');

  test.each([
    ['with a wrong sum', whole(goodIp, echo('08', '00 00'))],
    ['with a wrong sum of its header', whole(goodIp.replace('40 01', '41 01'), goodIcmp)],
    [
      'that is a fragment',
      whole(
        fragment.replace(/40 01 .. ../, `40 01 ${sumOf(fragment.replace(/40 01 .. ../, '40 01 00 00'))}`),
        goodIcmp,
      ),
    ],
    ['that is longer than its frame', whole(goodIp, goodIcmp).slice(0, -6)],
  ])('%s is not', (_how, frame) => {
    const { sent, hear } = start();
    hear(frame);
    expect(sent).toEqual([]);
  });
});

describe('a question for a name', () => {
  // A real query of dig for a.b, type A, and an answer of eleven bytes: an odd number of them.
  const query = 'ab cd 01 00 00 01 00 00 00 00 00 00 01 61 01 62 00 00 01 00 01';
  const udp = (from: string, to: string, payload: string, checksum = '00 00') =>
    `${from} ${to} 00 ${(payload.split(' ').length + 8).toString(16).padStart(2, '0')} ${checksum} ${payload}`;
  const ip = (from: string, to: string, length: number, id: string) => {
    const header = (sum: string) =>
      `45 00 00 ${(length + 20).toString(16).padStart(2, '0')} ${id} 40 00 40 11 ${sum} ${from} ${to}`;
    return header(sumOf(header('00 00')));
  };
  const pseudo = (from: string, to: string, datagram: string) =>
    `${from} ${to} 00 11 00 ${datagram.split(' ').length.toString(16).padStart(2, '0')} ${datagram}`;
  const asked = (checksum: string) => {
    const datagram = udp('c3 50', '00 35', query, checksum);
    return `${MAC} ${GUEST} 08 00 ${ip(GUEST_IP, STATION_IP, datagram.split(' ').length, '00 09')} ${datagram}`;
  };
  const rightSum = sumOf(pseudo(GUEST_IP, STATION_IP, udp('c3 50', '00 35', query)));

  test.each([
    ['with a sum', rightSum],
    ['without one', '00 00'],
  ])('%s is handed on, and its answer goes back with right sums', async (_how, checksum) => {
    const queries: string[] = [];
    const { sent, hear } = start(async (bytes) => {
      queries.push(hexOf(bytes));
      return Buffer.from('hello world');
    });
    hear(asked(checksum));
    await settle();
    expect(queries).toEqual([query]);
    const payload = hexOf(Buffer.from('hello world'));
    const bare = udp('00 35', 'c3 50', payload);
    const datagram = udp('00 35', 'c3 50', payload, sumOf(pseudo(STATION_IP, GUEST_IP, bare)));
    expect(sent).toEqual([`${GUEST} ${MAC} 08 00 ${ip(STATION_IP, GUEST_IP, 19, '00 00')} ${datagram}`]);
  });

  test.each([
    ['with a wrong sum', asked('12 34')],
    ['to another port', asked('00 00').replace('00 35', '00 36')],
  ])('%s is not heard', async (_how, frame) => {
    const queries: Buffer[] = [];
    const { hear } = start(async (bytes) => {
      queries.push(bytes);
      return undefined;
    });
    hear(frame);
    await settle();
    expect(queries).toEqual([]);
  });
});

test('a sum that comes out as nothing is not written as "none"', () => {
  const way = { from: addressNumber('10.20.0.2'), to: addressNumber('10.20.0.5') };
  const write = (payload: Buffer) => writeUdp({ fromPort: 53, toPort: 50_000, payload }, way);
  const sum = write(Buffer.alloc(2)).payload.subarray(6, 8);
  const packet = write(Buffer.from(sum));
  expect(packet.payload.readUInt16BE(6)).toBe(0xff_ff);
  expect(readUdp(packet)?.payload).toEqual(Buffer.from(sum));
});

test('frames that make no sense are answered by nothing', () => {
  const { sent, hear } = start();
  for (const length of [0, 1, 13, 14, 20, 33, 34, 41])
    hear(`${MAC} ${GUEST} 08 00 ${'45 '.repeat(40)}`.slice(0, 3 * length));
  expect(sent).toEqual([]);
});

/** The sum of RFC 1071 as its text has it, apart from the code that is tested. */
function sumOf(hex: string): string {
  const bytes = [...bytesOf(hex)];
  let sum = 0n;
  for (let at = 0; at < bytes.length; at += 2) sum += BigInt((bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0));
  while (sum > 0xffffn) sum = (sum & 0xffffn) + (sum >> 16n);
  return hexOf(Buffer.from((0xffff - Number(sum)).toString(16).padStart(4, '0'), 'hex'));
}

function bytesOf(hex: string): Buffer {
  return Buffer.from(hex.replaceAll(' ', ''), 'hex');
}

function hexOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
}
