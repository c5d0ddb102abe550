import { once } from 'node:events';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { KeyPair } from '#std/key-pair.ts';
import { SystemRandom } from '#std/system-random.ts';
import { BOX } from './support/agent-stand.ts';
import { BELIEVED, CERTIFICATE, newAuthority, RenewalStand } from './support/renewal-stand.ts';

const DAY_MS = 86_400_000;
/** Files that take their place: whom the letter's is checked against, whom to believe, the certificate, the number. */
const FILES = 4;
const KILLS = Array.from({ length: FILES }, (_, index) => [`${index + 1} before`, `${index + 1} after`]).flat();

describe('a machine that is sent a renewed certificate', () => {
  test('takes it, says so, and asks for the next one', async () => {
    await using stand = await RenewalStand.open();
    expect(await stand.round()).toBe('');
    const renewed = stand.leaf();
    stand.send(1, { certificate: renewed });
    expect(await stand.round()).toMatch(
      /^Renewal 01: etcd is certified until \d{4}(-\d\d){2} [\d:]{8} UTC, and believes 1 authority\.\n$/,
    );
    expect([await stand.read(CERTIFICATE), await stand.read(BELIEVED)]).toEqual([renewed, stand.authority.certificate]);
    expect(stand.answer('renewed-01')).toEqual({ format: 1, box: BOX });
    expect(await stand.round()).toBe('');
    expect(stand.mailbox.written).toEqual(['renewed-01']);
    const again = stand.leaf();
    stand.send(2, { certificate: again });
    stand.send(3, { certificate: again });
    expect(await stand.round()).toMatch(/^Renewal 02: etcd is certified .*\nRenewal 03: etcd is as it should be\.\n$/);
    expect(await stand.read(CERTIFICATE)).toBe(again);
  });

  test('believes two authorities while one follows the other, and then takes what the second signs', async () => {
    await using stand = await RenewalStand.open();
    const next = newAuthority();
    const both = stand.authority.certificate + next.certificate;
    stand.send(1, { certificate: stand.first, authority: both });
    stand.send(2, { certificate: stand.leaf({}, next), authority: both });
    stand.send(3, { certificate: stand.leaf({}, next), authority: next.certificate });
    expect(await stand.round()).toMatch(
      /believes 2 authorities\.\n.*believes 2 authorities\.\n.*believes 1 authority\.\n$/,
    );
    expect(await stand.read(BELIEVED)).toBe(next.certificate);
    expect(stand.mailbox.written).toEqual(['renewed-01', 'renewed-02', 'renewed-03']);
  });

  test.each(KILLS)('has the one or the other whole when killed %s, and takes it the next time', async (moment) => {
    await using stand = await RenewalStand.open();
    const renewed = stand.leaf();
    stand.send(1, { certificate: renewed });
    await stand.round(moment);
    expect([stand.first, renewed]).toContain(await stand.read(CERTIFICATE));
    expect(stand.mailbox.written).toEqual(moment.startsWith(String(FILES)) ? ['renewed-01'] : []);
    await stand.round();
    expect(await stand.read(CERTIFICATE)).toBe(renewed);
    expect(stand.mailbox.written).toEqual(['renewed-01']);
  });

  test('refuses nothing that broke off on its way', async () => {
    await using stand = await RenewalStand.open();
    const renewed = stand.leaf();
    stand.send(1, { certificate: renewed });
    stand.mailbox.breaksAfter = 100;
    expect(await stand.round()).toBe('No renewal from the mailbox: it answers nothing whole.\n');
    expect(stand.mailbox.written).toEqual([]);
    stand.mailbox.breaksAfter = Number.POSITIVE_INFINITY;
    await stand.round();
    expect(await stand.read(CERTIFICATE)).toBe(renewed);
  });

  test('that has lost count begins again, and keeps what it has', async () => {
    await using stand = await RenewalStand.open();
    const [first, last] = [stand.leaf({ nowMs: Date.now() - 60_000 }), stand.leaf()];
    stand.send(1, { certificate: first });
    stand.send(2, { certificate: last });
    await stand.round();
    await stand.write('var/lib/bootstrap/renewals', '\u0000\u0000');
    expect(await stand.round()).toMatch(
      /^Renewal 01: Refused: .* is older .*\nRenewal 02: etcd is as it should be\.\n$/,
    );
    expect(await stand.read(CERTIFICATE)).toBe(last);
  });

  test('asks by itself as long as it runs, and says a trouble once', async () => {
    await using stand = await RenewalStand.open();
    stand.mailbox.breaksAfter = 100;
    stand.send(1, { certificate: stand.leaf() });
    const follower = stand.start();
    const [said, ended] = [text(follower.stdout ?? Readable.from([])), once(follower, 'exit')];
    await until(() => stand.mailbox.visits.length >= 3);
    stand.mailbox.breaksAfter = Number.POSITIVE_INFINITY;
    await until(() => stand.mailbox.letters.has('renewed-01'));
    stand.send(2, { certificate: stand.leaf() });
    await until(() => stand.mailbox.letters.has('renewed-02'));
    follower.kill('SIGTERM');
    await ended;
    expect(await said).toMatch(/^No renewal from the mailbox: .*\nRenewal 01: .*\nRenewal 02: .*\n$/);
  });

  test('takes one that is valid in a moment, and waits for one that is valid later', async () => {
    await using stand = await RenewalStand.open();
    const soon = stand.leaf({ nowMs: Date.now() + 500_000 });
    stand.send(1, { certificate: soon });
    stand.send(2, { certificate: stand.leaf({ nowMs: Date.now() + DAY_MS }) });
    expect(await stand.round()).toContain(
      'Renewal 02: It is not taken yet: the certificate for etcd is not valid yet, by the clock of this machine.\n',
    );
    expect(await stand.read(CERTIFICATE)).toBe(soon);
    expect(stand.mailbox.written).toEqual(['renewed-01']);
  });
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(20);
}

interface Refusal {
  readonly why: string;
  readonly send: (stand: RenewalStand) => void;
}

const REFUSALS: Readonly<Record<string, Refusal>> = {
  'for another key': {
    why: 'the certificate for etcd is for another key',
    send: (stand) => {
      const { publicKey } = KeyPair.make('p256', new SystemRandom());
      stand.send(1, { certificate: stand.leaf({ request: { publicKey } }) });
    },
  },
  'in another name': {
    why: 'the certificate for etcd is for somebody or something else',
    send: (stand) => stand.send(1, { certificate: stand.leaf({ commonName: 'control-plane-2' }) }),
  },
  'for less': {
    why: 'the certificate for etcd is for somebody or something else',
    send: (stand) => stand.send(1, { certificate: stand.leaf({ usages: ['client'] }) }),
  },
  'by another authority than the one beside it': {
    why: 'etcd: openssl verify says: ',
    send: (stand) => stand.send(1, { certificate: stand.leaf({}, newAuthority()) }),
  },
  'by an authority that nobody here believes': {
    why: 'etcd would believe nobody whom it believes now',
    send: (stand) => {
      const stranger = newAuthority();
      stand.send(1, { certificate: stand.leaf({}, stranger), authority: stranger.certificate });
    },
  },
  'that is no longer valid': {
    why: 'the certificate for etcd is no longer valid',
    send: (stand) => stand.send(1, { certificate: stand.leaf({ lifeDays: -0.01 }) }),
  },
  'older than its own': {
    why: 'the certificate for etcd is older than the one that is here',
    send: (stand) => stand.send(1, { certificate: stand.leaf({ nowMs: Date.now() - DAY_MS }) }),
  },
  'with another one behind it': {
    why: 'etcd has not one certificate',
    send: (stand) => stand.send(1, { certificate: stand.leaf() + stand.first }),
  },
  'for another machine': {
    why: 'it is for another machine',
    send: (stand) => stand.send(1, { certificate: stand.leaf() }, { box: 'another' }),
  },
  'of another number': {
    why: 'it has another number',
    send: (stand) => stand.send(1, { certificate: stand.leaf() }, { number: 2 }),
  },
  'for what it has no key for': {
    why: 'this machine has no key for kubelet',
    send: (stand) => {
      const kubelet = { certificate: stand.leaf(), authority: stand.authority.certificate };
      stand.send(1, { certificate: stand.leaf() }, { certificates: { etcd: kubelet, kubelet } });
    },
  },
  'in a letter without end': {
    why: 'it is too large',
    send: (stand) => void stand.mailbox.letters.set('renewal-01', ' '.repeat(200_000)),
  },
  'that is none': {
    why: 'it is no JSON',
    send: (stand) => void stand.mailbox.letters.set('renewal-01', 'nonsense'),
  },
};

describe('a machine that is sent a certificate', () => {
  test.each(Object.entries(REFUSALS))('%s refuses it, says why, and takes the next', async (_what, { why, send }) => {
    await using stand = await RenewalStand.open();
    send(stand);
    const said = await stand.round();
    expect(said).toMatch(/^Renewal 01: Refused: .*\.\n$/);
    expect(said).toContain(why);
    expect([await stand.read(CERTIFICATE), await stand.read(BELIEVED)]).toEqual([
      stand.first,
      stand.authority.certificate,
    ]);
    expect(stand.answer('refused-01')?.reason).toContain(why);
    const renewed = stand.leaf();
    stand.send(2, { certificate: renewed });
    await stand.round();
    expect(await stand.read(CERTIFICATE)).toBe(renewed);
    expect(stand.mailbox.written).toEqual(['refused-01', 'renewed-02']);
  });
});
