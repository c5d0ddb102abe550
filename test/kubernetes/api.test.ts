import { createServer } from 'node:net';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { CallError } from '#engine/call.ts';
import { KubernetesApi } from '#kubernetes/api.ts';
import type { ApiEndpoint, ApiPlace } from '#kubernetes/api-place.ts';
import { SystemKnownServers } from '#std/system-known-servers.ts';
import { clusterAuthority, SmallApi } from './support/small-api.ts';

const FOREVER = new AbortController().signal;
const servers = new SystemKnownServers({ connectMs: 500 });
const POST = { method: 'POST', path: '/api/v1/namespaces', body: { kind: 'Namespace' } } as const;

function open(place: ApiPlace): KubernetesApi {
  return new KubernetesApi(place, servers);
}

/** Where nobody listens. */
async function silence(): Promise<ApiEndpoint> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return { host: '127.0.0.1', port: typeof address === 'object' && address !== null ? address.port : 0 };
}

async function faultOf(act: Promise<unknown>): Promise<CallError> {
  const error: unknown = await act.catch((reason: unknown) => reason);
  if (error instanceof CallError) return error;
  throw error;
}

describe('the API', () => {
  test('hears who speaks, and what', async () => {
    await using server = await SmallApi.open();
    server.behaviour = () => ({ status: 201, body: { kind: 'Namespace' } });
    using api = open(server.place());
    expect(await api.ask(POST, FOREVER)).toEqual({ kind: 'Namespace' });
    expect(server.heard).toEqual([
      {
        method: 'POST',
        path: '/api/v1/namespaces',
        body: '{"kind":"Namespace"}',
        user: 'me@here',
        groups: ['system:masters'],
      },
    ]);
  });

  test('hears the words of a deletion as well', async () => {
    await using server = await SmallApi.open();
    using api = open(server.place());
    await api.ask({ method: 'DELETE', path: '/api/v1/nodes/one', body: { preconditions: { uid: '7' } } }, FOREVER);
    expect(server.heard.map(({ body }) => body)).toEqual(['{"preconditions":{"uid":"7"}}']);
  });

  test('carries all that is asked at one time on one connection, which outlives what is broken off', async () => {
    await using server = await SmallApi.open();
    using api = open(server.place());
    await Promise.all(Array.from({ length: 20 }, () => api.ask(POST, FOREVER)));
    const cut = new AbortController();
    server.behaviour = () => {
      cut.abort();
      return { status: 200, body: {} };
    };
    await expect(api.ask(POST, cut.signal)).rejects.toThrow(/abort/i);
    server.behaviour = () => ({ status: 200, body: {} });
    await api.ask(POST, FOREVER);
    expect(server.connections).toBe(1);
  });

  test('is found at another endpoint when the first has nobody, and asked there first from then on', async () => {
    await using server = await SmallApi.open();
    const endpoints = [await silence(), server.endpoint];
    using api = open(server.place(endpoints));
    await api.ask(POST, FOREVER);
    expect(api.endpoint).toEqual(server.endpoint);
  });

  test('is nobody whom the authorities of the cluster do not vouch for', async () => {
    await using server = await SmallApi.open();
    using api = open({ ...server.place(), authorities: [clusterAuthority('another').certificate] });
    const { outcome, message } = await faultOf(api.ask(POST, FOREVER));
    expect([outcome, server.heard]).toEqual(['not-yet', []]);
    expect(message).toContain(`127.0.0.1:${server.endpoint.port}: `);
  });

  test('is nobody who goes by another name', async () => {
    await using server = await SmallApi.open(clusterAuthority(), 'api.example.invalid');
    using api = open(server.place());
    expect(await faultOf(api.ask(POST, FOREVER))).toMatchObject({ outcome: 'not-yet' });
    expect(server.heard).toEqual([]);
  });

  test('that cannot be reached has certainly done nothing, and each endpoint is named', async () => {
    await using server = await SmallApi.open();
    const [one, other] = [await silence(), await silence()];
    using api = open(server.place([one, other]));
    const { outcome, message } = await faultOf(api.ask(POST, FOREVER));
    expect(outcome).toBe('not-yet');
    expect(message).toBe(
      `The API did not answer (${[one, other].map(({ port }) => `127.0.0.1:${port}: connect ECONNREFUSED 127.0.0.1:${port}`).join('; ')}).`,
    );
  });

  test('that hangs up may have done what it was asked, and nobody else is asked for it', async () => {
    await using server = await SmallApi.open();
    await using other = await SmallApi.open(server.authority);
    server.behaviour = () => undefined;
    using api = open(server.place([server.endpoint, other.endpoint]));
    expect(await faultOf(api.ask(POST, FOREVER))).toMatchObject({ outcome: 'ambiguous' });
    expect([server.heard.length, other.heard.length]).toEqual([1, 0]);
    expect(await api.find('/version', FOREVER)).toEqual({});
    expect(other.heard.map(({ path }) => path)).toEqual(['/version']);
  });

  test('that takes the connection and never begins to speak is given up for another', async () => {
    await using server = await SmallApi.open();
    const mute = createServer().listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const address = mute.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    using api = open(server.place([{ host: '127.0.0.1', port }, server.endpoint]));
    expect(await api.ask(POST, FOREVER)).toEqual({});
    mute.close();
  });

  test.each([
    [401, {}, { outcome: 'rejected', reason: 'credentials' }],
    [403, { reason: 'Forbidden', message: 'no' }, { outcome: 'rejected', reason: 'denied', message: 'no' }],
    [403, { reason: 'Forbidden', details: { causes: [{ reason: 'NamespaceTerminating' }] } }, { outcome: 'not-yet' }],
    [404, { reason: 'NotFound' }, { outcome: 'rejected', reason: 'absent' }],
    [409, { reason: 'AlreadyExists' }, { outcome: 'rejected', reason: 'exists' }],
    [409, { reason: 'Conflict' }, { outcome: 'ambiguous' }],
    [422, { reason: 'Invalid', message: 'spec.x: Required' }, { outcome: 'rejected', reason: 'invalid' }],
    [429, { reason: 'TooManyRequests' }, { outcome: 'throttled' }],
    [500, { reason: 'InternalError' }, { outcome: 'ambiguous' }],
    [503, 'no JSON at all', { outcome: 'ambiguous', message: 'The API answered 503.' }],
    [200, 'no JSON at all', { outcome: 'ambiguous', message: 'The API answered with what is no JSON.' }],
  ])('that answers %i %j is understood', async (status, body, meaning) => {
    await using server = await SmallApi.open();
    server.behaviour = () => ({ status, body });
    using api = open(server.place());
    expect(await faultOf(api.ask(POST, FOREVER))).toMatchObject(meaning);
  });
});
