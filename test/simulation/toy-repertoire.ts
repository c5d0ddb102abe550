import { peace } from './disturbance.ts';
import { TOY_FAULTS } from './faults.ts';
import type { Repertoire } from './repertoire.ts';
import { formatScenario, parseScenario, randomScenario, type Scenario } from './scenario.ts';
import { virginBeginning } from './setups.ts';
import { OPERATIONS, TOPOLOGIES } from './topologies.ts';
import { toyCloudSeed } from './toy-cloud.ts';
import { undertakingOf } from './undertaking.ts';

export const toyRepertoire: Repertoire<Scenario> = {
  faults: TOY_FAULTS,
  peaceful: (seed) =>
    [...TOPOLOGIES.keys()].flatMap((topology) =>
      OPERATIONS.map((operation) => ({ ...peace(seed), topology, operation })),
    ),
  random: randomScenario,
  format: formatScenario,
  parse: parseScenario,
  undertakingOf: ({ topology, operation }) => undertakingOf(topology, operation),
  preludeOf: ({ seed, topology, operation }) => {
    const startsEmpty = operation === 'create' || operation === 'cancel';
    return startsEmpty ? undefined : { ...peace(seed), topology, operation: 'create' };
  },
  virgin: () => {
    const { account, ...rest } = virginBeginning();
    return { ...rest, cloud: toyCloudSeed(account) };
  },
};
