import { execFileSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { sha256Hex } from '#std/hash.ts';

const BUCKET_PY = fileURLToPath(new URL('../../cloud-init/bucket.py', import.meta.url));
/** Prints what `sign` makes of a request, as `bucket.py` is imported by others. */
const SIGN = `
import json, sys
import bucket
given = json.loads(sys.argv[1])
request = bucket.Request(bucket.ENV['BUCKET'] + given['path'], method=given['method'])
bucket.sign(request, given['headers'], given['keys'], given['now'])
print(json.dumps(request.headers))
`;

const Headers = z.record(z.string(), z.string());

interface Example {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What AWS publishes in "Signature Calculations for the Authorization Header" of Amazon S3. */
const KEYS = { AccessKeyId: 'AKIAIOSFODNN7EXAMPLE', SecretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' };
const GET_PART: Example = {
  method: 'GET',
  path: '/test.txt',
  headers: { range: 'bytes=0-9', 'x-amz-content-sha256': sha256Hex('') },
};
const PUT: Example = {
  method: 'PUT',
  path: '/test%24file.text',
  headers: {
    date: 'Fri, 24 May 2013 00:00:00 GMT',
    'x-amz-storage-class': 'REDUCED_REDUNDANCY',
    'x-amz-content-sha256': sha256Hex('Welcome to Amazon S3.'),
  },
};

describe('a request to a bucket', () => {
  test.each([
    ['a part of an object', GET_PART, 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41'],
    ['an object that is put there', PUT, '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd'],
  ])('for %s is signed as AWS publishes it', (_what, example, signature) => {
    const names = ['host', 'x-amz-date', ...Object.keys(example.headers)].toSorted().join(';');
    expect(signed(example)['Authorization']).toBe(
      'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, ' +
        `SignedHeaders=${names}, Signature=${signature}`,
    );
  });

  test.each<[string, Example]>([
    ['another path', { ...GET_PART, path: '/test.tx' }],
    ['another method', { ...GET_PART, method: 'HEAD' }],
    ['another part', { ...GET_PART, headers: { ...GET_PART.headers, range: 'bytes=0-8' } }],
    ['another content', { ...GET_PART, headers: { ...GET_PART.headers, 'x-amz-content-sha256': sha256Hex('x') } }],
  ])('for %s has another signature', (_what, example) => {
    expect(signatureOf(example)).toMatch(/^[\da-f]{64}$/);
    expect(signatureOf(example)).not.toBe(signatureOf(GET_PART));
  });
});

function signatureOf(example: Example): string {
  return signed(example)['Authorization']?.split('Signature=')[1] ?? '';
}

function signed(example: Example): Readonly<Record<string, string>> {
  const given = JSON.stringify({ ...example, keys: KEYS, now: '20130524T000000Z' });
  const env = {
    PATH: '/usr/bin:/bin',
    PYTHONPATH: dirname(BUCKET_PY),
    BUCKET: 'https://examplebucket.s3.amazonaws.com',
    BUCKET_REGION: 'us-east-1',
  };
  return Headers.parse(JSON.parse(execFileSync('python3', ['-B', '-c', SIGN, given], { env, encoding: 'utf8' })));
}
