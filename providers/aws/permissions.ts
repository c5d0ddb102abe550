import { FIRST_USE, NEEDS, type Need, PURPOSES } from './permission-table.ts';

/** As IAM spells a service, where a session calls it otherwise. */
const PREFIXES: ReadonlyMap<string, string> = new Map([
  ['elb', 'elasticloadbalancing'],
  ['quotas', 'servicequotas'],
]);

/** What every cluster needs, whatever it is made of: its state, and the proof that nothing is left. */
const ALWAYS: readonly string[] = [PURPOSES.account, PURPOSES.state, PURPOSES.walk];

/** What IAM asks for when an operation is sent; undefined: the operation is not in the table. */
export function actionsOf(service: string, operation: string): readonly string[] | undefined {
  const need = NEEDS[service]?.[operation];
  return need === undefined ? undefined : actionsFor(service, operation, need);
}

/** Every action that the whole life of these kinds needs, from their creation to their end. */
export function actionsNeeded(kinds: Iterable<string>): readonly string[] {
  const wanted = new Set([...kinds, ...ALWAYS]);
  const actions = everyNeed()
    .filter(({ need }) => need.for.some((purpose) => wanted.has(purpose)))
    .flatMap(({ service, operation, need }) => actionsFor(service, operation, need));
  return inOrder(actions);
}

interface OperationNeed {
  readonly service: string;
  readonly operation: string;
  readonly need: Need;
}

export function everyNeed(): readonly OperationNeed[] {
  return Object.entries(NEEDS).flatMap(([service, operations]) =>
    Object.entries(operations).map(([operation, need]) => ({ service, operation, need })),
  );
}

export interface PermissionRow {
  readonly action: string;
  /** Kinds of resource and purposes. */
  readonly for: readonly string[];
}

/** By action, what it is needed for. */
export function permissionRows(): readonly PermissionRow[] {
  const reasons = new Map<string, Set<string>>();
  for (const { service, operation, need } of everyNeed()) {
    for (const action of actionsFor(service, operation, need)) {
      const known = reasons.get(action) ?? new Set();
      for (const reason of need.for) known.add(reason);
      reasons.set(action, known);
    }
  }
  reasons.set(FIRST_USE.action, new Set(FIRST_USE.for));
  return inOrder(reasons.keys()).map((action) => ({ action, for: [...(reasons.get(action) ?? [])].toSorted() }));
}

function actionsFor(service: string, operation: string, { is, also = [] }: Need): readonly string[] {
  return [...(is ?? [`${PREFIXES.get(service) ?? service}:${operation}`]), ...also];
}

function inOrder(actions: Iterable<string>): readonly string[] {
  return [...new Set(actions)].toSorted();
}
