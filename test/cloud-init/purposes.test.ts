import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const SCRIPTS = fileURLToPath(new URL('../../cloud-init/node', import.meta.url));

test('what units show to others, machines of a control plane have made keys for', async () => {
  const names = (await readdir(join(SCRIPTS, 'units'))).filter((name) => name.endsWith('.service'));
  const units = await Promise.all(names.map((name) => readFile(join(SCRIPTS, 'units', name), 'utf8')));
  const named = units.join('').matchAll(/\/etc\/bootstrap\/pki\/([a-z-]+?)(?:-ca)?\.(?:key|crt)/g);
  const purposes = [...new Set([...named].map(([, purpose = '']) => purpose))];
  expect(purposes.length).toBeGreaterThan(5);
  const [, ...made] =
    /^control-plane .*$/m.exec(await readFile(join(SCRIPTS, 'purposes'), 'utf8'))?.[0].split(' ') ?? [];
  expect(made).toEqual(expect.arrayContaining(purposes));
});
