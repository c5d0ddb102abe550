import { expect, test } from 'vitest';
import { Workshop } from '../../workshop.ts';
import { memberRepertoire } from '../cluster-repertoire.ts';

test.each<[what: string, scenario: string]>([
  ['all machines of a quorum are made anew', 'cluster=converged,operation=replace'],
  ['the first machines die where nobody has a seat yet', 'cluster=single,operation=create,node-vanishes=0.5'],
  [
    'members come and go while others are away',
    'cluster=converged,operation=shrink,node-comes-back=0.5,node-cut-off=0.5',
  ],
])('the quorum is kept when %s', { timeout: 120_000 }, async (_what, scenario) => {
  const { violations } = await new Workshop(memberRepertoire).run(memberRepertoire.parse(`seed=1,${scenario}`));
  expect(violations).toEqual([]);
});
