import { describe, expect, test } from 'vitest';
import { perform } from './support/stage.ts';

describe('permissions', () => {
  test('are for the partition of the region', async () => {
    const { output, exit } = await perform('permissions --policy --region cn-north-1');
    expect(exit).toBe('ok');
    expect(output).toContain('arn:aws-cn:iam::*:role/bootstrap/*');
  });

  test('are not made up for a region that is none', async () => {
    const { output, errors, exit } = await perform('permissions --policy --region eu-west-33');
    expect({ output, exit }).toEqual({ output: '', exit: 'input' });
    expect(errors).toContain('AWS has no region "eu-west-33". Did you mean "eu-west-3"?');
  });
});
