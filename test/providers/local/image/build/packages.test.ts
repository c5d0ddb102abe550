import { expect, test } from 'vitest';
import { installedPackages, isPackage, packagesFor } from '#providers/local/image/build/packages.ts';

test.each([
  ['nginx', true],
  ['libstdc++6', true],
  ['mariadb-server=1:11.8.3-0+deb13u1', true],
  ['Nginx', false],
  ['nginx,apache2', false],
  ['--option', false],
  ['nginx/sid', false],
  ['', false],
])('%j is the name of a package: %s', (name, isOne) => {
  expect(isPackage(name)).toBe(isOne);
});

test('the order in which packages are wished for, and how often, changes nothing', () => {
  const wished = packagesFor('amd64', ['nginx', 'ceph-osd', 'curl']);
  expect(wished).toEqual(packagesFor('amd64', ['curl', 'ceph-osd', 'ceph-osd', 'nginx']));
  expect(wished).toEqual(wished.toSorted());
  expect(wished).toContain('linux-image-cloud-amd64');
});

test('what is installed is read from the package manager’s own record', () => {
  const status = `Package: zlib1g
Status: install ok installed
Architecture: amd64
Version: 1:1.3.dfsg+really1.3.1-1+b1
Description: compression library
 Package: this is text

Package: gone
Status: deinstall ok config-files
Version: 1

Package: base-files
Status: install ok installed
Version: 13.8
`;
  expect(installedPackages(status)).toEqual(['base-files=13.8', 'zlib1g=1:1.3.dfsg+really1.3.1-1+b1']);
});
