import { CallError } from '#engine/call.ts';
import type { ResourceContext, ResourceType } from '#engine/resource.ts';
import type { PreflightFinding, PreflightRequest } from '#provider/preflight.ts';
import type { Clock } from '#std/clock.ts';
import type { AwsSession } from '../session.ts';
import { countChecks, natCheck } from './counts.ts';
import { credentialsCheck } from './credentials.ts';
import { domainCheck } from './domain.ts';
import { openFacts } from './facts.ts';
import { type Check, type Look, NoAnswer, unlooked } from './look.ts';
import { lookupChecks } from './lookups.ts';
import { machineTypesCheck, zonesCheck } from './offered-machines.ts';
import { permissionsCheck } from './permissions.ts';
import { plannedObjects } from './planned.ts';
import { rangesCheck } from './ranges.ts';
import { vcpusCheck } from './vcpus.ts';

/** In the order in which they are told. */
const CHECKS: readonly Check[] = [
  credentialsCheck,
  permissionsCheck,
  zonesCheck,
  machineTypesCheck,
  ...lookupChecks,
  vcpusCheck,
  ...countChecks,
  natCheck,
  rangesCheck,
  domainCheck,
];

/** So long a person waits for what is only a precaution. */
export const PREFLIGHT_MS = 8_000;

export interface PreflightWorld {
  readonly aws: AwsSession;
  readonly types: ReadonlyMap<string, ResourceType>;
  readonly clock: Clock;
  readonly contextFor: (signal: AbortSignal) => ResourceContext;
  readonly credentialsEndAt: Look['credentialsEndAt'];
}

/** All that was looked at, at one time. A question that is not answered is told as such and hinders nobody. */
export async function preflight(
  { aws, types, clock, contextFor, credentialsEndAt }: PreflightWorld,
  request: PreflightRequest,
  signal: AbortSignal,
): Promise<readonly PreflightFinding[]> {
  if (plannedObjects(request.plan).every(({ kind }) => !types.has(kind))) return [];
  const [late, over] = [new AbortController(), new AbortController()];
  const message = `no answer within ${PREFLIGHT_MS / 1_000} s`;
  clock.sleep(PREFLIGHT_MS, over.signal).then(
    () => late.abort(new CallError({ outcome: 'ambiguous', message })),
    () => undefined,
  );
  const context = contextFor(AbortSignal.any([signal, late.signal]));
  const facts = openFacts(aws, context, request);
  const look: Look = { aws, context, request, types, clock, credentialsEndAt, facts };
  try {
    return (await Promise.all(CHECKS.map((check) => carryOut(check, look)))).flat();
  } finally {
    over.abort();
  }
}

async function carryOut(check: Check, look: Look): Promise<readonly PreflightFinding[]> {
  try {
    return await check.find(look);
  } catch (error) {
    if (error instanceof NoAnswer) return [unlooked(check.name, error)];
    throw error;
  }
}
