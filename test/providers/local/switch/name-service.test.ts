import { describe, expect, test } from 'vitest';
import { NameService } from '#providers/local/switch/name-service.ts';
import type { NameRecord } from '#providers/local/switch/zone-answers.ts';

const DOMAIN = 'dev.localhost';
const TYPE = { A: 1, NS: 2, CNAME: 5, SOA: 6, MX: 15, TXT: 16, AAAA: 28, ANY: 255 } as const;

const record = (name: string, type: NameRecord['type'], ...values: readonly string[]): NameRecord => ({
  name: name === '@' ? DOMAIN : `${name}.${DOMAIN}`,
  type,
  ttlSeconds: 30,
  values,
});

const records = [
  record('api', 'A', '10.20.0.4', '10.20.0.5'),
  record('six', 'AAAA', 'fd00::1:2', '::', 'fd00:1:2:3:4:5:6:7'),
  record('www', 'CNAME', `API.${DOMAIN}`),
  record('far', 'CNAME', 'example.com'),
  record('loop', 'CNAME', `loop.${DOMAIN}`),
  record('lost', 'CNAME', `nowhere.${DOMAIN}`),
  record('note', 'TXT', 'a b', 'x'.repeat(300)),
  record('deep.below', 'A', '10.20.0.6'),
  record('*.apps', 'A', '10.20.0.7'),
  record('own.apps', 'TXT', 'mine'),
];

function start(forward?: (query: Buffer) => Promise<Buffer | undefined>): NameService {
  return new NameService({ domain: DOMAIN, serverAddress: '10.20.0.2', records }, forward);
}

interface Said {
  readonly code: number;
  readonly isAuthoritative: boolean;
  readonly isTruncated: boolean;
  readonly answers: readonly string[];
  readonly authority: readonly string[];
}

async function ask(names: NameService, name: string, type: number): Promise<Said> {
  const answer = await names.answer(question(name, type));
  if (answer === undefined) throw new TypeError('It said nothing.');
  return readAnswer(answer);
}

describe('a name of the zone', () => {
  const absent = [`${DOMAIN} 6 5`];

  test.each<[string, number, number, readonly string[], readonly string[]]>([
    [`api.${DOMAIN}`, TYPE.A, 0, [`api.${DOMAIN} 1 30 0a140004`, `api.${DOMAIN} 1 30 0a140005`], []],
    [`API.Dev.LocalHost`, TYPE.A, 0, [`api.${DOMAIN} 1 30 0a140004`, `api.${DOMAIN} 1 30 0a140005`], []],
    [`api.${DOMAIN}`, TYPE.AAAA, 0, [], absent],
    [`api.${DOMAIN}`, TYPE.MX, 0, [], absent],
    [
      `six.${DOMAIN}`,
      TYPE.AAAA,
      0,
      ['fd000000000000000000000000010002', '0'.repeat(32), 'fd000001000200030004000500060007'].map(
        (data) => `six.${DOMAIN} 28 30 ${data}`,
      ),
      [],
    ],
    [
      `note.${DOMAIN}`,
      TYPE.TXT,
      0,
      [`note.${DOMAIN} 16 30 03612062`, `note.${DOMAIN} 16 30 ff${'78'.repeat(255)}2d${'78'.repeat(45)}`],
      [],
    ],
    [`below.${DOMAIN}`, TYPE.A, 0, [], absent],
    [`gone.${DOMAIN}`, TYPE.A, 3, [], absent],
    [`x.api.${DOMAIN}`, TYPE.A, 3, [], absent],
    [`shop.apps.${DOMAIN}`, TYPE.A, 0, [`shop.apps.${DOMAIN} 1 30 0a140007`], []],
    [`a.b.apps.${DOMAIN}`, TYPE.A, 0, [`a.b.apps.${DOMAIN} 1 30 0a140007`], []],
    [`own.apps.${DOMAIN}`, TYPE.A, 0, [], absent],
    [`ns.${DOMAIN}`, TYPE.A, 0, [`ns.${DOMAIN} 1 60 0a140002`], []],
  ])('%s %i is answered with code %i', async (name, type, code, ...lines) => {
    const said = await ask(start(), name, type);
    expect(said.code).toBe(code);
    const authority = said.authority.map((line) => line.split(' ').slice(0, 3).join(' '));
    expect([said.answers, authority]).toEqual(lines);
    expect(said.isAuthoritative).toBe(true);
  });

  test('that is an alias is followed within the zone', async () => {
    const { answers, code } = await ask(start(), `www.${DOMAIN}`, TYPE.A);
    expect(code).toBe(0);
    expect(answers.map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
      `www.${DOMAIN} 5`,
      `api.${DOMAIN} 1`,
      `api.${DOMAIN} 1`,
    ]);
    expect((await ask(start(), `www.${DOMAIN}`, TYPE.CNAME)).answers).toHaveLength(1);
    expect((await ask(start(), `far.${DOMAIN}`, TYPE.A)).answers).toHaveLength(1);
    expect((await ask(start(), `lost.${DOMAIN}`, TYPE.A)).code).toBe(3);
    expect((await ask(start(), `loop.${DOMAIN}`, TYPE.A)).code).toBe(2);
  });

  test('that is the zone itself says whose it is, and how long absence may be remembered', async () => {
    const { answers } = await ask(start(), DOMAIN, TYPE.SOA);
    const server = '026e730364657609' + Buffer.from('localhost').toString('hex') + '00';
    expect(answers).toHaveLength(1);
    expect(answers[0]).toContain(`${DOMAIN} 6 5 ${server}`);
    expect(answers[0]).toMatch(/00000005$/);
    expect((await ask(start(), DOMAIN, TYPE.NS)).answers).toEqual([`${DOMAIN} 2 60 ${server}`]);
  });

  test('changes when the records do', async () => {
    const names = start();
    names.know([record('api', 'A', '10.20.0.9')]);
    expect((await ask(names, `api.${DOMAIN}`, TYPE.A)).answers).toEqual([`api.${DOMAIN} 1 30 0a140009`]);
    expect((await ask(names, `note.${DOMAIN}`, TYPE.TXT)).code).toBe(3);
  });
});

describe('a foreign name', () => {
  test('is refused when there is nobody to ask', async () => {
    expect(await ask(start(), 'example.com', TYPE.A)).toMatchObject({ code: 5, isAuthoritative: false });
    // It only ends like the zone.
    expect(await ask(start(), `not${DOMAIN}`, TYPE.A)).toMatchObject({ code: 5 });
  });

  test('is answered with what others say', async () => {
    const asked: Buffer[] = [];
    const answer = Buffer.from('whatever they say');
    const names = start(async (query) => {
      asked.push(query);
      return answer;
    });
    const query = question('example.com', TYPE.A);
    expect(await names.answer(query)).toBe(answer);
    expect(asked).toEqual([query]);
    await names.answer(question(`api.${DOMAIN}`, TYPE.A));
    expect(asked).toHaveLength(1);
  });

  test('fails when nobody answers, and is said to be too long when it is', async () => {
    expect(
      await ask(
        start(async () => undefined),
        'example.com',
        TYPE.A,
      ),
    ).toMatchObject({ code: 2 });
    const long = start(async () => Buffer.alloc(600));
    expect(await ask(long, 'example.com', TYPE.A)).toMatchObject({ code: 0, isTruncated: true, answers: [] });
  });
});

describe('a message', () => {
  test('with its own spelling of the name gets that back', async () => {
    const query = question('aPi.dEv.localhost', TYPE.A);
    const answer = await start().answer(query);
    expect(answer?.subarray(12, query.length)).toEqual(query.subarray(12));
    expect(answer?.readUInt16BE(0)).toBe(query.readUInt16BE(0));
  });

  test('that takes more than 512 bytes is given more', async () => {
    const many = Array.from({ length: 60 }, (_, index) => `10.20.1.${index}`);
    const names = start();
    names.know([record('many', 'A', ...many)]);
    const short = await ask(names, `many.${DOMAIN}`, TYPE.A);
    expect(short).toMatchObject({ isTruncated: true, answers: [] });
    const extension = Buffer.from('0000291000000000000000', 'hex');
    const answer = await names.answer(Buffer.concat([question(`many.${DOMAIN}`, TYPE.A, 1), extension]));
    expect(readAnswer(answer ?? Buffer.alloc(12))).toMatchObject({ isTruncated: false });
    expect(answer?.readUInt16BE(6)).toBe(60);
    // And it is told how much may be asked with.
    expect(answer?.subarray(-11).toString('hex')).toBe('00002904d0000000000000');
  });

  test.each([
    ['that is an answer', (query: Buffer) => query.writeUInt8(0x81, 2), undefined],
    ['of another operation', (query: Buffer) => query.writeUInt8(0x29, 2), 4],
    ['with two questions', (query: Buffer) => query.writeUInt16BE(2, 4), 1],
    ['whose name does not end', (query: Buffer) => query.writeUInt8(63, 12), 1],
    ['with a pointer in its question', (query: Buffer) => query.writeUInt8(0xc0, 12), 1],
  ])('%s is not answered as a question', async (_how, spoil, code) => {
    const query = question('a.b', TYPE.A);
    spoil(query);
    expect((await start().answer(query))?.readUInt16BE(2)).toBe(
      code === undefined ? undefined : (query.readUInt16BE(2) & 0x79_00) | 0x80_00 | code,
    );
  });

  test('that is cut off anywhere never breaks the service', async () => {
    const query = question(`api.${DOMAIN}`, TYPE.A, 1);
    for (let length = 0; length < query.length; length += 1) {
      const answer = await start().answer(query.subarray(0, length));
      expect(answer === undefined ? 1 : answer.readUInt16BE(2) & 15).toBe(1);
    }
  });
});

function question(name: string, type: number, additional = 0): Buffer {
  const labels = name.split('.').flatMap((label) => [Buffer.from([label.length]), Buffer.from(label)]);
  const head = Buffer.from('beef01000001000000000000', 'hex');
  head.writeUInt16BE(additional, 10);
  const tail = Buffer.from([0, 0, type, 0, 1]);
  return Buffer.concat([head, ...labels, tail]);
}

/** A reader of its own, which also follows pointers. */
function readAnswer(bytes: Buffer): Said {
  const flags = bytes.readUInt16BE(2);
  let at = 12;
  const readName = (): string => {
    const labels: string[] = [];
    let from = at;
    let hasJumped = false;
    for (;;) {
      const length = bytes.readUInt8(from);
      if (length >= 0xc0) {
        if (!hasJumped) at = from + 2;
        hasJumped = true;
        from = bytes.readUInt16BE(from) & 0x3f_ff;
      } else {
        if (!hasJumped) at = from + 1 + length;
        if (length === 0) return labels.join('.').toLowerCase();
        labels.push(bytes.toString('latin1', from + 1, from + 1 + length));
        from += 1 + length;
      }
    }
  };
  const readLine = (): string => {
    const name = readName();
    const [type, ttl, length] = [bytes.readUInt16BE(at), bytes.readUInt32BE(at + 4), bytes.readUInt16BE(at + 8)];
    at += 10 + length;
    return `${name} ${type} ${ttl} ${bytes.toString('hex', at - length, at)}`;
  };
  readName();
  at += 4;
  const answers = Array.from({ length: bytes.readUInt16BE(6) }, readLine);
  const authority = Array.from({ length: bytes.readUInt16BE(8) }, readLine);
  return {
    code: flags & 15,
    isAuthoritative: (flags & 0x04_00) !== 0,
    isTruncated: (flags & 0x02_00) !== 0,
    answers,
    authority,
  };
}
