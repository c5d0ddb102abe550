import { clusterBlueprint, type ClusterPlan, foundationBlueprint } from '#cluster/bootstrap.ts';
import { EMPTY_BLUEPRINT } from '#engine/blueprint.ts';
import { type Trusts, trustsIn } from '#cluster/trust.ts';
import { awsConstructs } from '#providers/aws/constructs.ts';
import { CLUSTER, type Step, type Undertaking } from '../undertaking.ts';
import { type ClusterShape, type Operation, specFor } from './cluster-specs.ts';

const DELETION: Step = { blueprint: EMPTY_BLUEPRINT, purpose: 'delete' };

/** What an operator does, as the commands do it: the place of the state first, then all of it. */
export function clusterUndertaking(cluster: ClusterShape, operation: Operation): Undertaking {
  if (operation === 'delete') return { steps: [DELETION], goal: DELETION };
  const wanted = stepTo(cluster, operation);
  const attempt: Step = { ...wanted, mayFail: true };
  const back: Step = { ...stepTo(cluster, 'create'), purpose: operation === 'rollback' ? 'rollback' : 'apply' };
  switch (operation) {
    case 'create':
      return {
        steps: [{ ...wanted, blueprint: foundationBlueprint(planFor(cluster, 'create')), isFirst: true }, wanted],
        goal: wanted,
      };
    case 'cancel':
      return { steps: [attempt, DELETION], goal: DELETION };
    case 'rollback':
    case 'revert':
      return { steps: [attempt, back], goal: back };
    case 'rotate': {
      const rotated = rotation(cluster);
      return { steps: [rotated], goal: rotated };
    }
    case 'grow':
    case 'shrink':
    case 'replace':
    case 'update':
      return { steps: [wanted], goal: wanted };
  }
}

function stepTo(cluster: ClusterShape, operation: Operation): Step {
  return { blueprint: clusterBlueprint(planFor(cluster, operation)), purpose: 'apply' };
}

const ROTATED = ['etcd', 'cluster', 'front-proxy'];
const SECOND: Trusts = new Map(ROTATED.map((purpose) => [purpose, { believed: [2], signs: 2, phase: undefined }]));

/** To the second authority of each, phase by phase, whoever began it. */
function rotation(cluster: ClusterShape): Step {
  const plan = planFor(cluster, 'rotate');
  return {
    blueprint: clusterBlueprint({ ...plan, trusts: SECOND }),
    blueprintAt: (snapshot) => {
      const now = trustsIn(snapshot);
      const first = ROTATED.filter((purpose) => now.get(purpose)?.believed.at(-1) === 1);
      return clusterBlueprint({ ...plan, trusts: trustsIn(snapshot, new Set(first)) });
    },
    purpose: 'apply',
  };
}

function planFor(cluster: ClusterShape, operation: Operation): ClusterPlan {
  return { spec: specFor(cluster, operation), uid: CLUSTER, demand: {}, constructs: awsConstructs };
}
