import {
  ContextKeyTypeEnum,
  type EvaluationResult,
  GetRoleCommand,
  SimulatePrincipalPolicyCommand,
} from '@aws-sdk/client-iam';
import type { PreflightFinding } from '#provider/preflight.ts';
import { everyPage } from '../every-page.ts';
import { actionsNeeded } from '../permissions.ts';
import { bucketNameOf } from '../s3/bucket.ts';
import { asking, bad, type Check, good, type Look, NoAnswer, warning } from './look.ts';
import { plannedObjects } from './planned.ts';
import { type Principal, principalOf } from './principal.ts';

const CHECK = 'permissions';
const SIMULATE = 'iam:SimulatePrincipalPolicy';

/**
 * Asks IAM whether the one who asks may do all that the planned kinds need.
 *
 * | IAM says of an action                       | then                                                  |
 * |---------------------------------------------|-------------------------------------------------------|
 * | allowed                                     | good                                                  |
 * | denied, by a condition on what is not known | a warning: the run will tell                          |
 * | denied on everything, allowed on some things | a warning: whether on what is made, the run will tell |
 * | denied on all that is made                  | bad                                                   |
 */
export const permissionsCheck: Check = {
  name: CHECK,

  async find(look) {
    const { arn } = await callerOf(look);
    const principal = principalOf(arn);
    if (principal.is === 'root') {
      const what = 'The root user of the account may do everything.';
      return [warning(CHECK, what, 'Use a user or a role of IAM: what root does nobody can limit.')];
    }
    if (principal.is === 'other') {
      return [
        warning(CHECK, `Not looked at: IAM does not simulate ${arn}.`, 'See what it needs: bootstrap permissions'),
      ];
    }
    const source = await sourceOf(look, principal);
    const actions = actionsNeeded(new Set(plannedObjects(look.request.plan).map(({ kind }) => kind)));
    const decisions = await decide(look, source, actions);
    return [judge(actions, decisions, source)];
  },
};

async function callerOf({ facts }: Look): Promise<{ readonly arn: string }> {
  return { arn: (await facts.identity()).principal };
}

/** A session's own ARN leaves out the path of its role. */
async function sourceOf(
  { aws, context }: Look,
  principal: Exclude<Principal, { is: 'root' | 'other' }>,
): Promise<string> {
  if (principal.is === 'user') return principal.arn;
  const question = aws.iam.read(
    context,
    'look up the role of these credentials',
    new GetRoleCommand({ RoleName: principal.role }),
  );
  try {
    const { Role } = await asking('iam:GetRole', question);
    return Role?.Arn ?? principal.arn;
  } catch (error) {
    if (error instanceof NoAnswer && error.cause.outcome === 'rejected') return principal.arn;
    throw error;
  }
}

type Decision = 'allowed' | 'conditional' | 'partial' | 'denied';

async function decide(look: Look, source: string, actions: readonly string[]): Promise<ReadonlyMap<string, Decision>> {
  const scopes = scopesOf(look, source);
  const asked = await Promise.all(
    [...Map.groupBy(actions, (action) => scopeOf(action, scopes))].map(([scope, members]) =>
      simulate(look, source, members, scope?.resources),
    ),
  );
  const decisions = new Map(asked.flatMap((part) => [...part]));
  // A policy may name resources: what is not allowed on everything may be on those that matter.
  const general = actions.filter(
    (action) => scopeOf(action, scopes) === undefined && decisions.get(action) === 'denied',
  );
  if (general.length === 0) return decisions;
  const narrow = await simulate(look, source, general, typicalResources(look, source));
  for (const [action, decision] of narrow) if (decision !== 'denied') decisions.set(action, 'partial');
  return decisions;
}

interface Scope {
  readonly service: string;
  readonly resources: readonly string[];
}

/** What bears the cluster's uid in its name has a known ARN before it exists. */
function scopesOf({ request }: Look, source: string): readonly Scope[] {
  const { partition, account } = placeOf(source);
  const bucket = `arn:${partition}:s3:::${bucketNameOf(request.uid)}`;
  const iam = (what: string): string =>
    `arn:${partition}:iam::${account}:${what}/bootstrap-${request.uid}-control-plane`;
  return [
    { service: 's3', resources: [bucket, `${bucket}/*`] },
    { service: 'iam', resources: [iam('role'), iam('instance-profile')] },
  ];
}

/** Listings are of everything, and some actions are only asked for of everything. */
function scopeOf(action: string, scopes: readonly Scope[]): Scope | undefined {
  const [service = '', name = ''] = action.split(':');
  return /^List(?:AllMyBuckets|Roles|InstanceProfiles)$/.test(name) || name === 'CreateServiceLinkedRole'
    ? undefined
    : scopes.find((scope) => scope.service === service);
}

/** One of each kind that the needed actions are about. */
function typicalResources({ aws }: Look, source: string): readonly string[] {
  const { partition, account } = placeOf(source);
  const ec2 = EC2_RESOURCES.map((what) => `arn:${partition}:ec2:${aws.region}:${account}:${what}/*`);
  return [
    ...ec2,
    `arn:${partition}:ec2:${aws.region}::image/*`,
    `arn:${partition}:elasticloadbalancing:${aws.region}:${account}:*`,
    `arn:${partition}:kms:${aws.region}:${account}:key/*`,
    `arn:${partition}:route53:::hostedzone/*`,
    `arn:${partition}:route53:::change/*`,
    `arn:${partition}:s3:::*`,
    `arn:${partition}:iam::${account}:role/*`,
  ];
}

const EC2_RESOURCES = [
  'instance',
  'volume',
  'network-interface',
  'vpc',
  'subnet',
  'internet-gateway',
  'natgateway',
  'elastic-ip',
  'route-table',
  'security-group',
  'security-group-rule',
  'key-pair',
];

function placeOf(arn: string): { readonly partition: string; readonly account: string } {
  const [, partition = 'aws', , , account = ''] = arn.split(':');
  return { partition, account };
}

/** The best decision for each action over the resources; without any: on everything. */
async function simulate(
  { aws, context }: Look,
  PolicySourceArn: string,
  actions: readonly string[],
  resources: readonly string[] | undefined,
): Promise<ReadonlyMap<string, Decision>> {
  const region = {
    ContextKeyName: 'aws:RequestedRegion',
    ContextKeyType: ContextKeyTypeEnum.STRING,
    ContextKeyValues: [aws.region],
  };
  const results = everyPage<EvaluationResult>(async (Marker) => {
    const command = new SimulatePrincipalPolicyCommand({
      PolicySourceArn,
      ActionNames: [...actions],
      ...(resources === undefined ? {} : { ResourceArns: [...resources] }),
      ContextEntries: [region],
      MaxItems: 1_000,
      Marker,
    });
    const page = await aws.iam.read(context, 'ask what these credentials may do', command);
    return { items: page.EvaluationResults ?? [], next: page.IsTruncated === true ? page.Marker : undefined };
  });
  const decisions = new Map<string, Decision>();
  for (const result of await asking(SIMULATE, results)) {
    const { EvalActionName: action = '' } = result;
    const [known, decision] = [decisions.get(action), decisionOf(result)];
    if (known === undefined || ORDER.indexOf(decision) < ORDER.indexOf(known)) decisions.set(action, decision);
  }
  return decisions;
}

/** From best to worst. */
const ORDER: readonly Decision[] = ['allowed', 'conditional', 'partial', 'denied'];

function decisionOf({ EvalDecision, MissingContextValues = [] }: EvaluationResult): Decision {
  if (EvalDecision === 'allowed') return 'allowed';
  return MissingContextValues.length > 0 ? 'conditional' : 'denied';
}

function judge(actions: readonly string[], decisions: ReadonlyMap<string, Decision>, source: string): PreflightFinding {
  const those = (wanted: Decision): readonly string[] => actions.filter((action) => decisions.get(action) === wanted);
  const denied = those('denied');
  if (denied.length > 0) {
    return bad(
      CHECK,
      `${source} lacks ${denied.length} of ${actions.length}: ${denied.join(', ')}.`,
      'Grant them, or see all that is needed: bootstrap permissions',
    );
  }
  const unsure = actions.filter((action) => decisions.get(action) !== 'allowed');
  if (unsure.length === 0) return good(CHECK, `${source} may do all ${actions.length} that are needed.`);
  const what = `${source}: whether it may do ${unsure.join(', ')} depends on conditions or resources of its policies.`;
  return warning(CHECK, what, 'The run will tell; it goes on from where it was refused.');
}
