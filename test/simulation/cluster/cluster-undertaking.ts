import { clusterBlueprint, type ClusterPlan, foundationBlueprint } from '#cluster/bootstrap.ts';
import { EMPTY_BLUEPRINT } from '#engine/blueprint.ts';
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

function planFor(cluster: ClusterShape, operation: Operation): ClusterPlan {
  return { spec: specFor(cluster, operation), uid: CLUSTER, demand: {}, constructs: awsConstructs };
}
