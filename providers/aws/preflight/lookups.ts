import type { CallError } from '#engine/call.ts';
import type { PreflightFinding } from '#provider/preflight.ts';
import { hasUnknown, KNOWN_AFTER_APPLY, resolveRefs } from '#engine/ref.ts';
import { asking, bad, type Check, good, type Look, NoAnswer } from './look.ts';
import { type PlannedObject, plannedObjects } from './planned.ts';

/** What is not made but looked up, with the permission that the look needs. */
const LOOKED_UP = [
  {
    check: 'image',
    kind: 'aws.ec2.image',
    action: 'ec2:DescribeImages',
    remedy: 'Write another image in the cluster file.',
  },
  {
    check: 'network',
    kind: 'aws.ec2.existing-network',
    action: 'ec2:DescribeVpcs',
    remedy: 'Write another network.existing, or other ranges, in the cluster file.',
  },
  {
    check: 'zone',
    kind: 'aws.route53.existing-zone',
    action: 'route53:ListHostedZones',
    remedy: 'With dns.zone: create in the cluster file the cluster makes one.',
  },
] as const;

/** The same look as the run will take, by the kind's own code. */
export const lookupChecks: readonly Check[] = LOOKED_UP.map((lookup) => ({
  name: lookup.check,
  find: (look) =>
    Promise.all(plannedObjects(look.request.plan, lookup.kind).map((object) => lookUp(look, lookup, object))).then(
      (findings) => findings.flat(),
    ),
}));

async function lookUp(
  { aws, context, types }: Look,
  { check, kind, action, remedy }: (typeof LOOKED_UP)[number],
  { address, inputs: declared }: PlannedObject,
): Promise<readonly PreflightFinding[]> {
  const type = types.get(kind);
  const inputs = resolveRefs(declared, () => KNOWN_AFTER_APPLY);
  if (type === undefined || hasUnknown(inputs)) return [];
  const seed = { ...context, address, token: '', variant: '', lot: [context.instanceId] };
  try {
    const outputs = await asking(action, type.create(aws, seed, type.inputs.parse(inputs)));
    return [good(check, `${type.idOf(outputs)}: there.`)];
  } catch (error) {
    if (error instanceof NoAnswer && isRefusalOfWhatIsAsked(error.cause))
      return [bad(check, error.cause.message, remedy)];
    throw error;
  }
}

/** Not of the one who asks. */
function isRefusalOfWhatIsAsked({ outcome, reason }: CallError): boolean {
  return outcome === 'rejected' && reason !== 'denied' && reason !== 'credentials';
}
