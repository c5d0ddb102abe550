import { z } from 'zod';
import { type Condition, READY } from '#engine/resource.ts';
import type { LiveObject } from './live-object.ts';

const Conditions = z
  .array(
    z.looseObject({
      type: z.string(),
      status: z.string(),
      reason: z.string().default(''),
      message: z.string().default(''),
    }),
  )
  .default([]);

const count = z.int().default(0);

const Rollout = z.looseObject({
  spec: z.looseObject({ replicas: z.int().default(1) }).default({ replicas: 1 }),
  status: z
    .looseObject({
      observedGeneration: count,
      replicas: count,
      updatedReplicas: count,
      readyReplicas: count,
      availableReplicas: count,
      desiredNumberScheduled: count,
      updatedNumberScheduled: count,
      numberAvailable: count,
      conditions: Conditions,
    })
    .prefault({}),
});

const Stated = z.looseObject({
  spec: z.looseObject({ type: z.string().default(''), clusterIP: z.string().default('') }).prefault({}),
  status: z
    .looseObject({
      phase: z.string().default(''),
      conditions: Conditions,
      loadBalancer: z.looseObject({ ingress: z.array(z.unknown()).default([]) }).prefault({}),
    })
    .prefault({}),
});
type Stated = z.output<typeof Stated>;

type Judge = (live: LiveObject) => Condition;

/**
 * | kind                     | is ready when                                                      |
 * |--------------------------|--------------------------------------------------------------------|
 * | Deployment               | all replicas are of its newest form and available, and no others are there |
 * | StatefulSet              | all replicas are of its newest form and ready                      |
 * | DaemonSet                | every node that is to have one has it in its newest form, available |
 * | Job                      | it is complete; it has failed when it says so                      |
 * | Pod                      | it is ready, or has ended well                                     |
 * | Namespace                | it is active                                                       |
 * | CustomResourceDefinition | it is established                                                  |
 * | APIService               | it is available                                                    |
 * | Service                  | it has the address that it asks for                                |
 * | PersistentVolumeClaim    | it is bound                                                        |
 * | any other                | it is there                                                        |
 */
export function readinessOf(kind: string, live: LiveObject): Condition {
  return JUDGES.get(kind)?.(live) ?? READY;
}

const JUDGES: ReadonlyMap<string, Judge> = new Map<string, Judge>([
  ['Deployment', deployment],
  ['StatefulSet', statefulSet],
  ['DaemonSet', daemonSet],
  ['Job', job],
  ['Pod', pod],
  ['Namespace', byPhase('Active')],
  ['PersistentVolumeClaim', claim],
  ['CustomResourceDefinition', byCondition('Established')],
  ['APIService', byCondition('Available')],
  ['Service', service],
]);

function deployment(live: LiveObject): Condition {
  const { spec, status } = Rollout.parse(live);
  const of = spec.replicas;
  if (status.observedGeneration < live.metadata.generation) return pending('its controller to see it');
  if (status.updatedReplicas < of) return replicas(status.updatedReplicas, of, 'in its newest form', live);
  if (status.replicas > status.updatedReplicas) {
    return pending(`${status.replicas - status.updatedReplicas} of its earlier form to go`);
  }
  return status.availableReplicas < of ? replicas(status.availableReplicas, of, 'available', live) : READY;
}

function statefulSet(live: LiveObject): Condition {
  const { spec, status } = Rollout.parse(live);
  const of = spec.replicas;
  if (status.observedGeneration < live.metadata.generation) return pending('its controller to see it');
  if (status.updatedReplicas < of) return replicas(status.updatedReplicas, of, 'in its newest form', live);
  return status.readyReplicas < of ? replicas(status.readyReplicas, of, 'ready', live) : READY;
}

function daemonSet(live: LiveObject): Condition {
  const { status } = Rollout.parse(live);
  const of = status.desiredNumberScheduled;
  if (status.observedGeneration < live.metadata.generation) return pending('its controller to see it');
  if (status.updatedNumberScheduled < of)
    return replicas(status.updatedNumberScheduled, of, 'in its newest form', live);
  return status.numberAvailable < of ? replicas(status.numberAvailable, of, 'available', live) : READY;
}

/** With what its controller complains of, if it does. */
function replicas(done: number, of: number, how: string, live: LiveObject): Condition {
  const { conditions } = Rollout.parse(live).status;
  const failing = conditions.find(
    ({ type, status }) =>
      (type === 'ReplicaFailure' && status === 'True') || (type === 'Progressing' && status === 'False'),
  );
  const complaint = failing === undefined ? '' : ` (${failing.message})`;
  return pending(`${of} replicas ${how}${complaint}`, { done, of });
}

function job(live: LiveObject): Condition {
  const failed = conditionIn(live, 'Failed');
  if (failed?.status === 'True') return { is: 'failed', reason: failed.message || failed.reason };
  return conditionIn(live, 'Complete')?.status === 'True' ? READY : pending('it to complete');
}

function pod(live: LiveObject): Condition {
  const { phase } = Stated.parse(live).status;
  if (phase === 'Failed') return { is: 'failed', reason: 'It has ended badly.' };
  return phase === 'Succeeded' ? READY : byCondition('Ready')(live);
}

function claim(live: LiveObject): Condition {
  const { phase } = Stated.parse(live).status;
  return phase === 'Lost' ? { is: 'failed', reason: 'Its volume is lost.' } : byPhase('Bound')(live);
}

function service(live: LiveObject): Condition {
  const { spec, status } = Stated.parse(live);
  if (spec.type === 'LoadBalancer' && status.loadBalancer.ingress.length === 0)
    return pending('an address from outside');
  return spec.type === 'ExternalName' || spec.clusterIP !== '' ? READY : pending('an address');
}

function byPhase(wanted: string): Judge {
  return (live) => {
    const { phase } = Stated.parse(live).status;
    return phase === wanted ? READY : pending(`it to be ${wanted}${phase === '' ? '' : `; it is ${phase}`}`);
  };
}

function byCondition(type: string): Judge {
  return (live) => {
    const found = conditionIn(live, type);
    if (found?.status === 'True') return READY;
    return pending(`it to be ${type}${found === undefined || found.message === '' ? '' : ` (${found.message})`}`);
  };
}

export function conditionIn(live: LiveObject, type: string): Stated['status']['conditions'][number] | undefined {
  return Stated.parse(live).status.conditions.find((one) => one.type === type);
}

/** What keeps one that is on its way out: a namespace says it in words, all others only have somebody's mark. */
export function blockersOf(live: LiveObject): readonly string[] {
  const told = Stated.parse(live).status.conditions.filter(
    ({ type, status }) => status === 'True' && NAMESPACE_REMAINS.has(type),
  );
  if (told.length > 0) return told.map(({ message }) => message);
  return live.metadata.finalizers.map((finalizer) => `${finalizer}, for which somebody has his part to do`);
}

const NAMESPACE_REMAINS: ReadonlySet<string> = new Set(['NamespaceContentRemaining', 'NamespaceFinalizersRemaining']);

function pending(waitingFor: string, progress?: { readonly done: number; readonly of: number }): Condition {
  return { is: 'pending', waitingFor, ...(progress === undefined ? {} : { progress }) };
}
