import type { Budget } from '#engine/budget.ts';
import type { Call } from '#engine/resource.ts';

/**
 * The buckets that AWS publishes for one account in one region; for IAM, which publishes none, a modest guess. Requests
 * of a service that is not here, such as S3, are never held back.
 */
export const PUBLISHED_BUDGETS = {
  'ec2.read': { capacity: 100, refillPerSecond: 20 },
  'ec2.write': { capacity: 50, refillPerSecond: 5 },
  'ec2.RunInstances': { capacity: 5, refillPerSecond: 2 },
  'ec2.RunInstances.machines': { capacity: 1_000, refillPerSecond: 2 },
  'ec2.TerminateInstances': { capacity: 100, refillPerSecond: 5 },
  'ec2.TerminateInstances.machines': { capacity: 1_000, refillPerSecond: 20 },
  'ec2.tags': { capacity: 100, refillPerSecond: 10 },
  'iam.read': { capacity: 40, refillPerSecond: 20 },
  'iam.write': { capacity: 20, refillPerSecond: 10 },
  'kms.write': { capacity: 5, refillPerSecond: 5 },
  // For the whole account, whatever is asked.
  route53: { capacity: 5, refillPerSecond: 5 },
} as const satisfies Readonly<Record<string, Budget>>;

type BudgetName = keyof typeof PUBLISHED_BUDGETS;

/** The bucket that an operation draws from. */
export function budgetOf(service: string, operation: string): string {
  return sharedBudget(service, operation) ?? `${service}.${operation}`;
}

/** What a request draws besides itself: of machines EC2 also counts how many are launched and terminated. */
export function alsoDrawn(service: string, operation: string, input: unknown): Call['also'] {
  if (service !== 'ec2' || typeof input !== 'object' || input === null) return undefined;
  if (operation === 'RunInstances' && 'MaxCount' in input)
    return { budget: 'ec2.RunInstances.machines', tokens: Number(input.MaxCount) };
  if (operation === 'TerminateInstances' && 'InstanceIds' in input && Array.isArray(input.InstanceIds))
    return { budget: 'ec2.TerminateInstances.machines', tokens: input.InstanceIds.length };
  return undefined;
}

function sharedBudget(service: string, operation: string): BudgetName | undefined {
  const isReading = READING.test(operation);
  switch (service) {
    case 'ec2':
      return EC2_OWN.get(operation) ?? (isReading ? 'ec2.read' : 'ec2.write');
    case 'iam':
      return isReading ? 'iam.read' : 'iam.write';
    case 'kms':
      return isReading || CRYPTOGRAPHIC.has(operation) ? undefined : 'kms.write';
    case 'route53':
      return 'route53';
    default:
      return undefined;
  }
}

const EC2_OWN: ReadonlyMap<string, BudgetName> = new Map([
  ['RunInstances', 'ec2.RunInstances'],
  ['TerminateInstances', 'ec2.TerminateInstances'],
  ['CreateTags', 'ec2.tags'],
  ['DeleteTags', 'ec2.tags'],
]);

const READING = /^(?:Describe|Get|List)/;
/** Thousands a second. */
const CRYPTOGRAPHIC: ReadonlySet<string> = new Set(['Encrypt', 'Decrypt', 'GenerateDataKey', 'ReEncrypt']);
