import { type ClusterUid, parseClusterUid } from '#engine/address.ts';
import { RateBudgets } from '#engine/budget.ts';
import { resourceContext } from '#engine/calls.ts';
import type { ResourceContext } from '#engine/resource.ts';
import type { EngineRuntime } from '#engine/runtime.ts';
import { STRAY } from '#engine/stray.ts';
import type { Connection, ConnectOptions, ProviderModule } from '#provider/provider-module.ts';
import { awsCatalogue } from './catalogue.ts';
import { awsConstructs } from './constructs.ts';
import { AWS_TYPES } from './kinds.ts';
import { KmsKey } from './kms/kms-key.ts';
import { markedObjects } from './marked-objects.ts';
import { openSession } from './open-session.ts';
import { bucketNameOf } from './s3/bucket.ts';
import { clusterBuckets } from './s3/cluster-buckets.ts';
import { bucketKey } from './s3/bucket-settings.ts';
import { BucketStore } from './s3/bucket-store.ts';
import type { AwsClients } from './clients.ts';
import { whoAmI } from './sts/identity.ts';
import { mannersAt } from './tempo.ts';

export interface AwsModuleOptions {
  readonly name: string;
  readonly servicesOf: (region: string) => AwsClients;
  /** How many times as fast as the clock the account's time runs. @default 1 */
  readonly speed?: number;
}

/** AWS as a provider, whatever stands behind the services. */
export function awsModule({ name, servicesOf, speed = 1 }: AwsModuleOptions): ProviderModule {
  return {
    name,
    catalogue: awsCatalogue,
    constructs: awsConstructs,
    types: AWS_TYPES,
    connect: (options) => connect(servicesOf(options.region), options, speed),
  };
}

function connect(services: AwsClients, { region, clock, random }: ConnectOptions, speed: number): Connection {
  const manners = mannersAt(speed);
  const { consistency, deadlines, budgets } = manners;
  const session = openSession(services, { region, clock, consistency });
  const provider = { session, types: AWS_TYPES, ...manners };
  const runtime: EngineRuntime = { clock, random, provider, budgets: new RateBudgets(budgets, clock), emit: () => {} };
  return {
    provider,
    consistency,
    whoAmI: (signal) => whoAmI(session, readingContext(impatient(runtime), NO_CLUSTER, signal)),
    stateOf(uid) {
      const bucket = bucketNameOf(uid);
      const objects = new BucketStore({ client: services.s3, bucket, clock, callMs: deadlines.callMs });
      const context = readingContext(runtime, uid, new AbortController().signal);
      const keyId = (): Promise<string> => bucketKey(session, context, bucket);
      const seal = new KmsKey({ kms: session.kms, context, clock, random, consistency, keyId });
      return { location: objects.location, objects, seal };
    },
    clusters: (signal) => clusterBuckets(session, readingContext(runtime, NO_CLUSTER, signal)),
    walk: (uid, signal) => markedObjects(session, readingContext(runtime, uid, signal)),
  };
}

/** With the first question a person waits for nothing else, and nothing has begun that could be lost. */
function impatient(runtime: EngineRuntime): EngineRuntime {
  const { provider } = runtime;
  return { ...runtime, provider: { ...provider, deadlines: { ...provider.deadlines, conditionMs: FIRST_ANSWER_MS } } };
}

const FIRST_ANSWER_MS = 15_000;
const NO_CLUSTER = parseClusterUid('noclusteryet');

/** For questions that no resource asks. Without a journal nothing can be changed through it. */
function readingContext(runtime: EngineRuntime, cluster: ClusterUid, signal: AbortSignal): ResourceContext {
  return resourceContext({ runtime, cluster, signal, ...STRAY });
}
