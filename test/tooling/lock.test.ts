import { describe, expect, test } from 'vitest';
import { completeLock } from './complete-lock.ts';
import { type Lock, listBindings, parseLock, platformFromName, printLock } from './lock.ts';
import { readRepositoryFile } from './repository.ts';

const { text } = readRepositoryFile('package-lock.json');

describe('the lock', () => {
  const lock = parseLock(text);
  const bindings = listBindings(lock);

  test('holds every optional dependency of every package, so that each platform finds its own binary', () => {
    expect(bindings.length).toBeGreaterThan(100);
    expect(bindings.filter(({ location }) => location === undefined)).toEqual([]);
  });

  test('says of each native binding which platform it is for, and that others do without', () => {
    const flawed = bindings.filter(({ name, location = '' }) => {
      const { version, optional, os, cpu, libc } = lock.packages[location] ?? {};
      const platform = platformFromName(name);
      const placed = platform === undefined ? (os ?? cpu) !== undefined : os !== undefined && cpu !== undefined;
      const linked = platform?.libc === undefined || libc?.join() === platform.libc.join();
      return version === undefined || optional !== true || !placed || !linked;
    });
    expect(flawed).toEqual([]);
  });

  test('covers the tools that come as native binaries', () => {
    const owners = new Set(bindings.map(({ owner }) => owner.split('node_modules/').at(-1)));
    expect([...owners]).toEqual(
      expect.arrayContaining([
        'oxlint',
        'oxlint-tsgolint',
        'oxfmt',
        'oxc-parser',
        'oxc-resolver',
        'rolldown',
        'typescript',
      ]),
    );
  });

  test('is written the way npm writes it, so that an install changes nothing', () => {
    expect(printLock(lock)).toBe(text);
  });
});

describe('completing a lock', () => {
  const lock: Lock = {
    packages: {
      '': { version: '1.0.0' },
      'node_modules/@tool/binding-darwin-x64': { version: '2.0.0', optional: true, os: ['darwin'], cpu: ['x64'] },
      'node_modules/knife/node_modules/tool': {
        version: '1.0.0',
        dev: true,
        license: 'MIT',
        optionalDependencies: { '@tool/binding-linux-x64-gnu': '1.0.0', '@tool/binding-darwin-x64': '1.0.0' },
      },
      'node_modules/knife/node_modules/@tool/binding-linux-x64-gnu': { version: '1.0.0', os: ['linux'], cpu: ['x64'] },
    },
  };
  const added = 'node_modules/knife/node_modules/@tool/binding-darwin-x64';

  test('is needed when a binding is absent or stands there in another version alone', () => {
    expect(listBindings(lock).map(({ location }) => location)).toEqual([
      'node_modules/knife/node_modules/@tool/binding-linux-x64-gnu',
      undefined,
    ]);
  });

  test('adds what the registry knows, beside the bindings that are there', async () => {
    const complete = await completeLock(lock, async (name, version) =>
      Promise.resolve({ integrity: `sha512-of-${name}@${version}`, license: 'ISC', os: ['darwin'], cpu: ['x64'] }),
    );
    expect(JSON.parse(JSON.stringify(complete.packages[added]))).toEqual({
      version: '1.0.0',
      integrity: 'sha512-of-@tool/binding-darwin-x64@1.0.0',
      cpu: ['x64'],
      dev: true,
      license: 'ISC',
      optional: true,
      os: ['darwin'],
    });
  });

  test('reads the platform from the name when the registry does not serve the binding', async () => {
    const complete = await completeLock(lock, async () => Promise.resolve(undefined));
    expect(JSON.parse(JSON.stringify(complete.packages[added]))).toEqual({
      version: '1.0.0',
      cpu: ['x64'],
      dev: true,
      license: 'MIT',
      optional: true,
      os: ['darwin'],
    });
    expect(listBindings(complete).every(({ location }) => location !== undefined)).toBe(true);
  });

  test.each([
    ['@oxlint/binding-linux-arm64-musl', { os: ['linux'], cpu: ['arm64'], libc: ['musl'] }],
    ['@oxlint/binding-linux-arm-gnueabihf', { os: ['linux'], cpu: ['arm'] }],
    ['@oxlint/binding-win32-x64-msvc', { os: ['win32'], cpu: ['x64'] }],
    ['@oxlint-tsgolint/darwin-arm64', { os: ['darwin'], cpu: ['arm64'] }],
    ['@typescript/typescript-linux-x64', { os: ['linux'], cpu: ['x64'] }],
    ['lightningcss-freebsd-x64', { os: ['freebsd'], cpu: ['x64'] }],
    ['fsevents', undefined],
  ])('understands the name %s', (name, platform) => {
    expect(platformFromName(name)).toEqual(platform);
  });
});
