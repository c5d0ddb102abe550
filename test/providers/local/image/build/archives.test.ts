import { expect, test } from 'vitest';
import { chooseArchives, sourceLines } from '#providers/local/image/build/archives.ts';
import { SystemPrograms } from '#std/system-programs.ts';
import { BuilderHost } from './support/builder-host.ts';

const LISTS = `
echo 'bookworm cdrom:[disc]/'
echo 'bookworm http://mirror.test/debian/'
echo 'bookworm-security https://safe.test/security/'
`;
const CONFIGURATION = `
echo 'APT::Architecture "amd64";'
echo 'Acquire::http::Proxy "http://127.0.0.1:3142";'
echo 'Acquire::AllowInsecureRepositories "1";'
echo 'Acquire::Check-Valid-Until "false";'
`;
const OFFICIAL = ['http://deb.debian.org/debian', 'http://deb.debian.org/debian-security'];

const never = new AbortController().signal;

test.each([
  [
    'those of a Debian of any release',
    'ID=debian\nVERSION_CODENAME=bookworm\n',
    ['http://mirror.test/debian', 'https://safe.test/security'],
  ],
  ['the official ones on another system', 'ID=ubuntu\nVERSION_CODENAME=bookworm\n', OFFICIAL],
  [
    'the official ones where apt has none that is reached over a network',
    'ID=debian\nVERSION_CODENAME="trixie"\n',
    OFFICIAL,
  ],
])('without a mirror packages come from %s', async (_name, release, expected) => {
  await using host = await BuilderHost.open({ 'apt-get': LISTS, 'apt-config': CONFIGURATION });
  const { main, security } = await chooseArchives(worldOf(host, release), undefined, never);
  expect([main, security]).toEqual(expected);
});

test('how archives are reached is taken over from the workstation, whom it believes is not', async () => {
  await using host = await BuilderHost.open({ 'apt-get': LISTS, 'apt-config': CONFIGURATION });
  const { aptOptions } = await chooseArchives(worldOf(host, ''), 'http://own.test/debian', never);
  expect(aptOptions).toEqual(['Acquire::http::Proxy "http://127.0.0.1:3142";', 'Acquire::Check-Valid-Until "false";']);
});

test('a mirror has the security updates beside it, and everything is signed by Debian', async () => {
  await using host = await BuilderHost.open({ 'apt-get': LISTS, 'apt-config': CONFIGURATION });
  const archives = await chooseArchives(worldOf(host, ''), 'http://own.test/debian/', never);
  expect(sourceLines(archives, 'debian-13')).toEqual([
    'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://own.test/debian trixie main',
    'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://own.test/debian trixie-updates main',
    'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://own.test/debian-security trixie-security main',
  ]);
});

function worldOf(host: BuilderHost, release: string): Parameters<typeof chooseArchives>[0] {
  const programs = new SystemPrograms({ variables: host.world().environment.variables });
  return { programs, files: { read: () => Promise.resolve(release) } };
}
