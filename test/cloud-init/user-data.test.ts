import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { readNodeAgent } from '#cloud-init/node-agent.ts';
import { shellVariables } from '#cloud-init/shell-variables.ts';
import { renderUserData, type UserDataSpec } from '#cloud-init/user-data.ts';
import { SystemFiles } from '#std/system-files.ts';

const ED25519_BODY = `AAAAC3NzaC1lZDI1NTE5AAAAI${'A'.repeat(43)}`;
const BYTES_MAX = 4_096;

const CloudConfig = z.looseObject({
  ssh_authorized_keys: z.array(z.string()),
  write_files: z.array(z.strictObject({ path: z.string(), content: z.string() })),
  runcmd: z.array(z.string()),
});

let spec: UserDataSpec;

beforeAll(async () => {
  spec = {
    agent: await readNodeAgent(new SystemFiles()),
    stub: { format: 1 },
    mailbox: 'http://10.0.2.100',
    sshKeys: [`ssh-ed25519 ${ED25519_BODY} operator`],
    dns: { address: '10.20.0.2', search: ['dev.localhost'] },
    stageLetters: ['stage-01-network'],
  };
});

describe('user-data', () => {
  test('is what it was', async () => {
    await expect(renderUserData(spec)).toMatchFileSnapshot('golden/user-data.yaml');
  });

  test('leaves names to the network where nobody answers on the segment', async () => {
    const { dns: _none, ...without } = spec;
    await expect(renderUserData({ ...without, agent: '#!/bin/sh\n' })).toMatchFileSnapshot(
      'golden/user-data-plain.yaml',
    );
  });

  test('has at most 4 KiB with the longest names there can be and two keys', () => {
    const longest = renderUserData({
      ...spec,
      sshKeys: [`ssh-ed25519 ${ED25519_BODY} operator`, `ssh-ed25519 ${ED25519_BODY} somebody@somewhere`],
      dns: { address: '255.255.255.255', search: [`${'d'.repeat(63)}.${'d'.repeat(63)}.${'d'.repeat(62)}.localhost`] },
      stageLetters: ['stage-01-network'],
    });
    expect(Buffer.byteLength(longest)).toBeLessThanOrEqual(BYTES_MAX);
  });

  test('gives cloud-init every value as it was given, and a shell too', () => {
    fc.assert(
      fc.property(specs(), (varied) => {
        const { mailbox, stub, dns, stageLetters, sshKeys } = varied;
        const { files, config } = parsed(renderUserData(varied));
        expect(config.ssh_authorized_keys).toEqual(sshKeys.map((key) => key.split(' ').slice(0, 2).join(' ')));
        expect(files.get('/etc/bootstrap/node-agent.sh')).toBe(varied.agent);
        expect(files.get('/etc/bootstrap/resolv.conf')).toBe(
          `nameserver ${dns?.address}\n${dns?.search.length === 0 ? '' : `search ${dns?.search.join(' ')}\n`}`,
        );
        expect(files.get('/etc/bootstrap/settings')?.split('\n')).toEqual([
          `FORMAT=${stub.format}`,
          `MAILBOX=${mailbox}`,
          stageLetters.length === 1 ? `LETTERS=${stageLetters[0]}` : `LETTERS='${stageLetters.join(' ')}'`,
          '',
        ]);
      }),
    );
  });

  test.each<[string, Partial<UserDataSpec>]>([
    ['a key of two lines', { sshKeys: ['ssh-ed25519 AAAA\nruncmd: [reboot]'] }],
    ['a key with options', { sshKeys: ['command="reboot" ssh-ed25519 AAAA'] }],
    ['a mailbox with a quote', { mailbox: "http://10.0.2.100'" }],
    ['a mailbox that ends with a slash', { mailbox: 'http://10.0.2.100/' }],
    ['a mailbox that is no URL', { mailbox: '10.0.2.100' }],
    ['a domain with a space', { dns: { address: '10.20.0.2', search: ['a b'] } }],
    ['a name server by its name', { dns: { address: 'dns.example', search: [] } }],
    ['seven domains', { dns: { address: '10.20.0.2', search: Array.from({ length: 7 }, () => 'a') } }],
    ['a letter of another kind', { stageLetters: ['hello'] }],
    ['no letter', { stageLetters: [] }],
  ])('is not made with %s', (_what, varied) => {
    expect(() => renderUserData({ ...spec, ...varied })).toThrow(/\.$/);
  });
});

describe('variables for a shell', () => {
  test('have any value there as it was given', () => {
    const values = fc.array(
      fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\u0000')),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(values, (given) => {
        const lines = shellVariables(Object.fromEntries(given.map((value, index) => [`V${index}`, value])));
        const print = given.map((_value, index) => `printf '%s\\0' "$V${index}"\n`).join('');
        const heard = execFileSync('sh', ['-c', lines + print], { encoding: 'utf8' });
        expect(heard).toBe(given.map((value) => `${value}\u0000`).join(''));
      }),
      { numRuns: 40 },
    );
  });
});

function specs(): fc.Arbitrary<UserDataSpec> {
  const label = fc.stringMatching(/^[a-z0-9-]{1,20}$/);
  const key = fc.tuple(
    fc.constantFrom('ssh-ed25519', 'ssh-rsa'),
    fc.base64String({ minLength: 4, maxLength: 400 }),
    fc.string({ unit: 'grapheme' }).filter((comment) => /^.*$/.test(comment)),
  );
  return fc.record({
    agent: fc
      .array(fc.string({ unit: 'grapheme-ascii' }).map((line) => line.trim()))
      .map((lines) => `#!/bin/sh\n${lines.join('\n')}\n`),
    stub: fc.record({ format: fc.nat(9) }),
    mailbox: fc
      .tuple(fc.constantFrom('http', 'https'), fc.stringMatching(/^[\w.:/-]{1,60}[\w-]$/))
      .map((both) => both.join('://')),
    sshKeys: fc.array(
      key.map((parts) => parts.join(' ')),
      { maxLength: 3 },
    ),
    dns: fc.record({
      address: fc.ipV4(),
      search: fc.array(
        fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.')),
        { maxLength: 6 },
      ),
    }),
    stageLetters: fc.array(fc.stringMatching(/^stage-\d\d-[a-z][a-z-]{0,20}$/), { minLength: 1, maxLength: 5 }),
  });
}

function parsed(text: string) {
  expect(text.startsWith('#cloud-config\n')).toBe(true);
  // cloud-init reads YAML 1.1.
  const config = CloudConfig.parse(parse(text, { version: '1.1' }));
  return { config, files: new Map(config.write_files.map(({ path, content }) => [path, content])) };
}
