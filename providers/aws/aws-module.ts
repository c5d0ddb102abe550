import { type ClusterUid, parseClusterUid } from '#engine/address.ts';
import { RateBudgets } from '#engine/budget.ts';
import { resourceContext } from '#engine/calls.ts';
import { problem } from '#engine/problem.ts';
import type { ResourceContext } from '#engine/resource.ts';
import type { EngineRuntime } from '#engine/runtime.ts';
import { STRAY } from '#engine/stray.ts';
import type { Connection, ConnectOptions, ProviderModule } from '#provider/provider-module.ts';
import { REAL_STAGES } from '#provider/real-stages.ts';
import { awsCatalogue } from './catalogue.ts';
import { awsConstructs } from './constructs.ts';
import { dataKeeping } from './ec2/data-keeping.ts';
import { AWS_TYPES } from './kinds.ts';
import { KmsKey } from './kms/kms-key.ts';
import { markedObjects } from './marked-objects.ts';
import { openSession } from './open-session.ts';
import type { Prices } from './pricing/prices.ts';
import { bucketNameOf } from './s3/bucket.ts';
import { clusterBuckets } from './s3/cluster-buckets.ts';
import { bucketKey } from './s3/bucket-settings.ts';
import { BucketStore } from './s3/bucket-store.ts';
import type { SigningClients } from './clients.ts';
import { endMachine } from './ec2/end-machine.ts';
import { machineCare } from './ec2/machine-care.ts';
import type { AwsSession } from './session.ts';
import { whoAmI } from './sts/identity.ts';
import { mannersAt } from './tempo.ts';

export interface AwsModuleOptions {
  readonly name: string;
  readonly servicesOf: (region: string) => SigningClients;
  /** Real ones bootstrap themselves; those that are acted fetch nothing, and say what they are to say. */
  readonly machines: 'real' | 'acted';
  /** What cloud-init does on a machine. */
  readonly userDataOf: AwsSession['userDataOf'];
  /** How many times as fast as the clock the account's time runs. @default 1 */
  readonly speed?: number;
  /** The public address that requests of this workstation come from. Without it nobody knows. */
  readonly operatorAddress?: (region: string, signal: AbortSignal) => Promise<string>;
  /** Whether the price list is asked; otherwise the built-in table is all there is. @default false */
  readonly asksPrices?: boolean;
}

/** AWS as a provider, whatever stands behind the services. */
export function awsModule(module: AwsModuleOptions): ProviderModule {
  return {
    name: module.name,
    catalogue: awsCatalogue,
    constructs: module.machines === 'real' ? { ...awsConstructs, realStages: REAL_STAGES } : awsConstructs,
    types: AWS_TYPES,
    data: dataKeeping,
    connect: (options) => connect(module, options),
  };
}

function connect(module: AwsModuleOptions, { region, clock, random }: ConnectOptions): Connection {
  const { servicesOf, userDataOf, speed = 1, operatorAddress = nobodyKnows, asksPrices = false } = module;
  const services = servicesOf(region);
  const manners = mannersAt(speed);
  const { consistency, deadlines, budgets } = manners;
  const session = openSession(services, { region, clock, consistency, userDataOf });
  const provider = { session, types: AWS_TYPES, ...manners };
  const runtime: EngineRuntime = { clock, random, provider, budgets: new RateBudgets(budgets, clock), emit: () => {} };
  const contextOf = (signal: AbortSignal) => readingContext(hurried(runtime), NO_CLUSTER, signal);
  let prices: Prices | undefined;
  return {
    provider,
    consistency,
    whoAmI: (signal) => whoAmI(session, readingContext(impatient(runtime), NO_CLUSTER, signal)),
    operatorAddress: (signal) => operatorAddress(region, signal),
    async preflight(request, signal) {
      // Loaded with the SDK's code for services that nothing else needs.
      const { preflight } = await import('./preflight/preflight.ts');
      const contextFor = (ending: AbortSignal) => readingContext(impatient(runtime), request.uid, ending);
      const { credentialsEndAt = async () => undefined } = services;
      const world = { aws: session, types: AWS_TYPES, clock, contextFor, credentialsEndAt };
      return preflight(world, request, signal);
    },
    async prices(resources, signal) {
      prices ??= await openPrices({ session, clock, isAsked: asksPrices, contextOf });
      return prices.bookFor(resources, signal);
    },
    stateOf(uid) {
      const bucket = bucketNameOf(uid);
      const objects = new BucketStore({ client: services.s3, bucket, clock, callMs: deadlines.callMs });
      const context = readingContext(runtime, uid, new AbortController().signal);
      const keyId = (): Promise<string> => bucketKey(session, context, bucket);
      const seal = new KmsKey({ kms: session.kms, context, clock, random, consistency, keyId });
      return { location: objects.location, objects, seal };
    },
    endMachine: (id, signal) => endMachine(services, id, signal),
    clusters: (signal) => clusterBuckets(session, readingContext(runtime, NO_CLUSTER, signal)),
    walk: (uid, signal) => markedObjects(session, readingContext(runtime, uid, signal)),
    care:
      module.machines === 'acted'
        ? undefined
        : machineCare({
            aws: session,
            clients: services,
            clock,
            pollMs: consistency.pollMs,
            contextOf: (uid = NO_CLUSTER, signal) => readingContext(impatient(runtime), uid, signal),
          }),
  };
}

/** Loaded with the SDK's code for a service that nothing else needs. */
async function openPrices(options: ConstructorParameters<typeof Prices>[0]): Promise<Prices> {
  return new (await import('./pricing/prices.ts')).Prices(options);
}

function nobodyKnows(): Promise<never> {
  throw problem('access.unknown', { detail: 'This account has no service that tells an address.' });
}

/** With the first question a person waits for nothing else, and nothing has begun that could be lost. */
function impatient(runtime: EngineRuntime): EngineRuntime {
  const { provider } = runtime;
  return { ...runtime, provider: { ...provider, deadlines: { ...provider.deadlines, conditionMs: FIRST_ANSWER_MS } } };
}

/** What a thing costs is good to know, and nothing to wait for. */
function hurried(runtime: EngineRuntime): EngineRuntime {
  const { provider } = runtime;
  return { ...runtime, provider: { ...provider, deadlines: { callMs: PRICE_MS, conditionMs: PRICE_MS / 2 } } };
}

const PRICE_MS = 4_000;
const FIRST_ANSWER_MS = 15_000;
const NO_CLUSTER = parseClusterUid('noclusteryet');

/** For questions that no resource asks. Without a journal nothing can be changed through it. */
function readingContext(runtime: EngineRuntime, cluster: ClusterUid, signal: AbortSignal): ResourceContext {
  return resourceContext({ runtime, cluster, signal, ...STRAY });
}
