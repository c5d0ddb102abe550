import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { readBucketStub, readNodeStub } from '#cloud-init/node-stub.ts';
import { shellVariables } from '#cloud-init/shell-variables.ts';
import { type BucketMailboxPlace, renderUserData, type UserDataSpec } from '#cloud-init/user-data.ts';
import { checkSshKey } from '#config/ssh-key.ts';
import { SystemFiles } from '#std/system-files.ts';
import { SystemRandom } from '#std/system-random.ts';
import { bucketNameOf } from '#providers/aws/s3/bucket.ts';
import { newClusterUid } from '#state/new-cluster-uid.ts';

const ED25519_BODY = `AAAAC3NzaC1lZDI1NTE5AAAAI${'A'.repeat(43)}`;
const RSA_4096_BODY = sshRsaKey(4_096);
const BYTES_MAX = 4_096;

const CloudConfig = z.looseObject({
  ssh_authorized_keys: z.array(z.string()).optional(),
  write_files: z.array(z.strictObject({ path: z.string(), content: z.string(), encoding: z.string().optional() })),
  runcmd: z.array(z.string()),
});

const BUCKET: BucketMailboxPlace = { bucket: 'bootstrap-blog4x7q2m', region: 'eu-west-3' };

let spec: UserDataSpec;
let inBucket: UserDataSpec;

beforeAll(async () => {
  spec = {
    script: await readNodeStub(new SystemFiles()),
    stub: { format: 1 },
    bundle: 'b'.repeat(64),
    mailbox: 'http://10.0.2.100',
    sshKeys: [`ssh-ed25519 ${ED25519_BODY} operator`],
    dns: { address: '10.20.0.2', search: ['dev.localhost'] },
    role: 'control-plane',
  };
  const { dns: _none, ...without } = spec;
  inBucket = { ...without, script: await readBucketStub(new SystemFiles()), mailbox: BUCKET };
});

describe('user-data', () => {
  test('is what it was', async () => {
    await expect(renderUserData(spec)).toMatchFileSnapshot('golden/user-data.yaml');
  });

  test('leaves names to the network where nobody answers on the segment', async () => {
    const { dns: _none, ...without } = spec;
    const plain = { ...without, script: '#!/bin/sh\n', role: 'worker' };
    await expect(renderUserData(plain)).toMatchFileSnapshot('golden/user-data-plain.yaml');
  });

  test.each(['control-plane', 'worker'])('of a %s whose mailbox is in a bucket is what it was', async (role) => {
    const text = renderUserData({ ...inBucket, role });
    await expect(text).toMatchFileSnapshot(`golden/user-data-bucket-${role}.yaml`);
  });

  test('brings what asks a bucket as it is in the repository', () => {
    const { config } = parsed(renderUserData(inBucket));
    const [program] = config.write_files;
    expect(program).toMatchObject({ path: '/etc/bootstrap/bucket.py', encoding: 'gz+b64' });
    const unpacked = gunzipSync(Buffer.from(program?.content ?? '', 'base64')).toString();
    // Once it is another: npm run stub
    expect(unpacked).toBe(readFileSync(new URL('../../cloud-init/bucket.py', import.meta.url), 'utf8'));
  });

  test.each<[string, BucketMailboxPlace, string]>([
    ['under its own name', BUCKET, 'https://bootstrap-blog4x7q2m.s3.eu-west-3.amazonaws.com'],
    [
      'at another endpoint',
      { ...BUCKET, endpoint: 'http://127.0.0.1:7480' },
      'http://127.0.0.1:7480/bootstrap-blog4x7q2m',
    ],
  ])('finds a bucket %s', (_where, mailbox, url) => {
    const { files } = parsed(renderUserData({ ...inBucket, mailbox }));
    const settings = [
      'FORMAT=1',
      `BUCKET=${url}`,
      'BUCKET_REGION=eu-west-3',
      `BUNDLE=${'b'.repeat(64)}`,
      'ROLE=control-plane',
    ];
    expect(files.get('/etc/bootstrap/settings')).toBe(`${settings.join('\n')}\n`);
  });

  test('has at most 4 KiB with a bucket in the region of the longest name, and two keys', () => {
    const longest = renderUserData({
      ...inBucket,
      mailbox: { bucket: bucketNameOf(newClusterUid(new SystemRandom())), region: 'ap-southeast-1' },
      sshKeys: [`ssh-ed25519 ${ED25519_BODY} operator`, `ssh-rsa ${RSA_4096_BODY} somebody@somewhere`],
    });
    expect(Buffer.byteLength(longest)).toBeLessThanOrEqual(BYTES_MAX);
  });

  test.each<[string, Partial<UserDataSpec>]>([
    ['a bucket with a dot in its name', { mailbox: { ...BUCKET, bucket: 'a.bucket' } }],
    ['a bucket with a quote in its name', { mailbox: { ...BUCKET, bucket: "a'bucket" } }],
    ['a region that is no word', { mailbox: { ...BUCKET, region: '$(reboot)' } }],
    ['an endpoint that is no URL', { mailbox: { ...BUCKET, endpoint: '127.0.0.1' } }],
    ['a program that is not packed', { script: '#!/bin/sh\n' }],
  ])('is not made with %s', (_what, varied) => {
    expect(() => renderUserData({ ...inBucket, ...varied })).toThrow(/\.$/);
  });

  test('has at most 4 KiB with the longest names and keys that there can be', () => {
    const longest = renderUserData({
      ...spec,
      mailbox: `https://${'m'.repeat(190)}`,
      sshKeys: [`ssh-ed25519 ${ED25519_BODY} operator`, `ssh-rsa ${RSA_4096_BODY} somebody@somewhere`],
      dns: { address: '255.255.255.255', search: [`${'d'.repeat(63)}.${'d'.repeat(63)}.${'d'.repeat(62)}.localhost`] },
    });
    expect(checkSshKey(`ssh-rsa ${RSA_4096_BODY}`)).toBeUndefined();
    expect(Buffer.byteLength(longest)).toBeLessThanOrEqual(BYTES_MAX);
  });

  test('gives cloud-init every value as it was given, and a shell too', () => {
    fc.assert(
      fc.property(specs(), (varied) => {
        const { mailbox, stub, dns, bundle, role, sshKeys } = varied;
        const { files, config } = parsed(renderUserData(varied));
        // An empty list cloud-init does not take.
        const bare = sshKeys.map((key) => key.split(' ').slice(0, 2).join(' '));
        expect(config.ssh_authorized_keys).toEqual(bare.length === 0 ? undefined : bare);
        expect(files.get('/etc/bootstrap/stub.sh')).toBe(varied.script);
        expect(files.get('/etc/bootstrap/resolv.conf')).toBe(
          `nameserver ${dns?.address}\n${dns?.search.length === 0 ? '' : `search ${dns?.search.join(' ')}\n`}`,
        );
        expect(files.get('/etc/bootstrap/settings')?.split('\n')).toEqual([
          `FORMAT=${stub.format}`,
          `MAILBOX=${mailbox}`,
          `BUNDLE=${bundle}`,
          `ROLE=${role}`,
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
    ['a role that is no word', { role: '$(reboot)' }],
    ['scripts without a digest', { bundle: 'b'.repeat(63) }],
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

function specs(): fc.Arbitrary<UserDataSpec & { readonly mailbox: string }> {
  const label = fc.stringMatching(/^[a-z0-9-]{1,20}$/);
  const key = fc.tuple(
    fc.constantFrom('ssh-ed25519', 'ssh-rsa'),
    fc.base64String({ minLength: 4, maxLength: 400 }),
    fc.string({ unit: 'grapheme' }).filter((comment) => /^.*$/.test(comment)),
  );
  return fc.record({
    script: fc
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
    bundle: fc.stringMatching(/^[\da-f]{64}$/),
    role: fc.stringMatching(/^[a-z][a-z-]{0,20}$/),
  });
}

function sshRsaKey(bits: number): string {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: bits });
  const { n = '' } = publicKey.export({ format: 'jwk' });
  const parts = [
    Buffer.from('ssh-rsa'),
    Buffer.of(1, 0, 1),
    Buffer.concat([Buffer.of(0), Buffer.from(n, 'base64url')]),
  ];
  return Buffer.concat(parts.flatMap((part) => [sizeOf(part), part])).toString('base64');
}

function sizeOf({ length }: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(length);
  return bytes;
}

function parsed(text: string) {
  expect(text.startsWith('#cloud-config\n')).toBe(true);
  // cloud-init reads YAML 1.1.
  const config = CloudConfig.parse(parse(text, { version: '1.1' }));
  return { config, files: new Map(config.write_files.map(({ path, content }) => [path, content])) };
}
