import { MemoryObjects } from '#state/memory-store.ts';
import { peace } from '../disturbance.ts';
import { DISK_FAULTS_ELSEWHERE, type FaultCatalogue, faultKindsWithout } from '../faults.ts';
import { IntentLedger } from '../intent-ledger.ts';
import type { Repertoire } from '../repertoire.ts';
import { virginCloud } from './cluster-cloud.ts';
import { type ClusterScenario, formatScenario, parseScenario, randomScenario } from './cluster-scenario.ts';
import { CLUSTERS, isPossible, OPERATIONS } from './cluster-specs.ts';
import { clusterUndertaking } from './cluster-undertaking.ts';

const CLUSTER_FAULTS: FaultCatalogue = {
  // EC2 never forgets a token within the time that a run takes.
  kinds: faultKindsWithout().filter((kind) => kind !== 'token-forgotten'),
  rare: new Map([['token-spent', 'a crash in the middle of a launch whose machines die before anybody sees them']]),
  elsewhere: new Map(DISK_FAULTS_ELSEWHERE),
};

/** Whole clusters: the real provider on the simulated account. */
export const clusterRepertoire: Repertoire<ClusterScenario> = {
  faults: CLUSTER_FAULTS,
  peaceful: (seed) =>
    CLUSTERS.flatMap((cluster) =>
      OPERATIONS.filter((operation) => isPossible(cluster, operation)).map((operation) => ({
        ...peace(seed),
        cluster,
        operation,
      })),
    ),
  random: randomScenario,
  format: formatScenario,
  parse: parseScenario,
  undertakingOf: ({ cluster, operation }) => clusterUndertaking(cluster, operation),
  preludeOf: ({ seed, cluster, operation }) => {
    const startsEmpty = operation === 'create' || operation === 'cancel';
    return startsEmpty ? undefined : { ...peace(seed), cluster, operation: 'create' };
  },
  virgin: () => ({ nowMs: 0, objects: new MemoryObjects(), ledger: new IntentLedger(), cloud: virginCloud() }),
};
