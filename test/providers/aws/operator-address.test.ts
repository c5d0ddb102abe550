import { createServer, type RequestListener } from 'node:http';
import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import { isProblem, type Problem } from '#engine/problem.ts';
import { isPublicAddress, operatorAddress } from '#providers/aws/operator-address.ts';

const FOREVER = new AbortController().signal;
const NOWHERE = { variables: {} };

/** A server on loopback that lives as long as the test. */
async function serve(listener: RequestListener): Promise<URL> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const bound = server.address();
  return new URL(`http://127.0.0.1:${typeof bound === 'object' && bound !== null ? bound.port : 0}/`);
}

function ask(service: URL, environment = NOWHERE, signal = FOREVER): Promise<string> {
  return operatorAddress({ region: 'eu-west-3', environment, signal, service });
}

async function refusal(asking: Promise<string>): Promise<Problem> {
  const error = await asking.catch((thrown: unknown) => thrown);
  if (isProblem(error, 'access.unknown')) return error;
  throw error;
}

describe('the address that a workstation has for AWS', () => {
  test('is what the service answers', async () => {
    const service = await serve((_request, response) => response.end('198.51.100.23\n'));
    expect(await ask(service)).toBe('198.51.100.23');
  });

  test('is asked for by way of the proxy that the variables name', async () => {
    const seen: (string | undefined)[] = [];
    const proxy = await serve((request, response) => {
      seen.push(request.url);
      response.end('198.51.100.99\n');
    });
    const environment = { variables: { HTTP_PROXY: proxy.href } };
    expect(await ask(new URL('http://checkip.example.com/'), environment)).toBe('198.51.100.99');
    expect(seen).toEqual(['http://checkip.example.com/']);
  });

  test.each([
    ['10.1.2.3', 'which is no public IPv4 address'],
    ['2001:db8::1', 'which is no public IPv4 address'],
    ['<html>Log in to the hotel</html>', 'which is no public IPv4 address'],
    ['', 'which is no public IPv4 address'],
    ['x'.repeat(5_000), 'which is no public IPv4 address'],
  ])('is not taken from just any answer: %#', async (body, why) => {
    const service = await serve((_request, response) => response.end(body));
    expect((await refusal(ask(service))).detail).toContain(why);
  });

  test('is not taken from a refusal', async () => {
    const service = await serve((_request, response) => response.writeHead(403).end('198.51.100.23'));
    expect((await refusal(ask(service))).detail).toBe(`${service.host} answered with status 403.`);
  });

  test('is not known when nobody answers', async () => {
    const service = await serve((_request, response) => response.end());
    const gone = new URL('http://127.0.0.1:1/');
    expect(service.port).not.toBe(gone.port);
    expect((await refusal(ask(gone))).detail).toMatch(/^127\.0\.0\.1:1 did not answer: .*ECONNREFUSED/);
  });

  test('is not known within five seconds of silence, and then the file has to say it', async () => {
    const service = await serve(() => undefined);
    const { detail, remedy } = await refusal(ask(service));
    expect(detail).toBe(`${service.host} did not answer: nothing within 5 s.`);
    expect(remedy).toContain('access: { from: [203.0.113.7/32] }');
  }, 15_000);

  test('is not asked for any longer than somebody wants to know', async () => {
    const service = await serve(() => undefined);
    const stop = new AbortController();
    const asking = ask(service, NOWHERE, stop.signal).catch((error: unknown) => error);
    stop.abort();
    expect(isProblem(await asking)).toBe(false);
  });

  test('is not asked for where something stands in for AWS', { timeout: 60_000 }, async () => {
    const environment = { variables: { AWS_ENDPOINT_URL: 'http://127.0.0.1:5000' } };
    const before = process.env['AWS_ENDPOINT_URL'];
    process.env['AWS_ENDPOINT_URL'] = environment.variables.AWS_ENDPOINT_URL;
    onTestFinished(() => {
      if (before === undefined) delete process.env['AWS_ENDPOINT_URL'];
      else process.env['AWS_ENDPOINT_URL'] = before;
    });
    const asking = operatorAddress({ region: 'eu-west-3', environment, signal: FOREVER });
    expect((await refusal(asking)).detail).toBe(
      '127.0.0.1:5000 stands in for AWS, and has no service that tells an address.',
    );
  });
});

test.each([
  ['198.51.100.23', true],
  ['8.8.8.8', true],
  ['172.32.0.1', true],
  ['172.31.255.255', false],
  ['100.64.0.1', false],
  ['127.0.0.1', false],
  ['169.254.169.254', false],
  ['192.168.1.1', false],
  ['0.0.0.0', false],
  ['224.0.0.1', false],
  ['255.255.255.255', false],
  ['1.2.3', false],
  ['01.2.3.4', false],
  ['1.2.3.4/32', false],
])('%s can be where somebody on the Internet is: %s', (text, expected) => {
  expect(isPublicAddress(text)).toBe(expected);
});
