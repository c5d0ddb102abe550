import { MemoryObjects } from '#state/memory-store.ts';
import { peace } from '../disturbance.ts';
import {
  DISK_FAULTS_ELSEWHERE,
  type FaultCatalogue,
  type FaultKind,
  faultKindsWithout,
  type FaultRates,
} from '../faults.ts';
import { IntentLedger } from '../intent-ledger.ts';
import type { Repertoire } from '../repertoire.ts';
import { virginCloud } from './cluster-cloud.ts';
import {
  type ClusterScenario,
  formatScenario,
  MEMBER_RATES,
  parseScenario,
  randomScenario,
  USUAL_RATES,
} from './cluster-scenario.ts';
import { CLUSTERS, isPossible, OPERATIONS } from './cluster-specs.ts';
import { clusterUndertaking } from './cluster-undertaking.ts';

const MEMBER_FAULTS: FaultCatalogue = {
  // EC2 never forgets a token within the time that a run takes.
  kinds: faultKindsWithout().filter((kind) => kind !== 'token-forgotten'),
  rare: new Map([['token-spent', 'a crash in the middle of a launch whose machines die before anybody sees them']]),
  elsewhere: new Map(DISK_FAULTS_ELSEWHERE),
};

const OF_MEMBERS: ReadonlySet<FaultKind> = new Set(['node-comes-back', 'node-cut-off', 'learner-slow']);

const CLUSTER_FAULTS: FaultCatalogue = {
  ...MEMBER_FAULTS,
  kinds: MEMBER_FAULTS.kinds.filter((kind) => !OF_MEMBERS.has(kind)),
  elsewhere: new Map([
    ...DISK_FAULTS_ELSEWHERE,
    [37, 'a member of etcd that comes back, is cut off or learns slowly: the same with --members'],
  ]),
};

/** Whole clusters: the real provider on the simulated account. */
export const clusterRepertoire = repertoireOf({ faults: CLUSTER_FAULTS, rates: USUAL_RATES, hasMembers: false });

/** The same, and the machines of the control plane are members of etcd, which needs a majority of them. */
export const memberRepertoire = repertoireOf({ faults: MEMBER_FAULTS, rates: MEMBER_RATES, hasMembers: true });

interface Played {
  readonly faults: FaultCatalogue;
  readonly rates: FaultRates;
  readonly hasMembers: boolean;
}

function repertoireOf({ faults, rates, hasMembers }: Played): Repertoire<ClusterScenario> {
  return {
    faults,
    peaceful: (seed) =>
      CLUSTERS.flatMap((cluster) =>
        OPERATIONS.filter((operation) => isPossible(cluster, operation)).map((operation) => ({
          ...peace(seed),
          cluster,
          operation,
        })),
      ),
    random: (seed) => randomScenario(seed, rates),
    format: formatScenario,
    parse: parseScenario,
    undertakingOf: ({ cluster, operation }) => clusterUndertaking(cluster, operation),
    preludeOf: ({ seed, cluster, operation }) => {
      const startsEmpty = operation === 'create' || operation === 'cancel';
      return startsEmpty ? undefined : { ...peace(seed), cluster, operation: 'create' };
    },
    virgin: () => ({
      nowMs: 0,
      objects: new MemoryObjects(),
      ledger: new IntentLedger(),
      cloud: virginCloud({ hasMembers }),
    }),
  };
}
