import { expect, test } from 'vitest';
import { fileTrouble } from '#std/files.ts';
import { SystemFiles } from '#std/system-files.ts';

test('what the system says of a file is told without its codes and calls', async () => {
  const error: unknown = await new SystemFiles().read('/there/is/no/such.yaml').catch((thrown: unknown) => thrown);
  expect(fileTrouble(error)).toBe('no such file or directory');
});

test('what is said in other words is left as it is', () => {
  expect(fileTrouble(new Error('Invalid string length'))).toBe('Invalid string length');
});
