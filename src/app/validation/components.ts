import type { SeenLease } from '#kubernetes/cluster-sight.ts';
import type { UnitsReport, UnitStatus } from '../units.ts';
import { judged, type Trouble, type ValidationFinding } from './finding.ts';
import type { MachineHealth } from './machine-health.ts';

interface Components {
  readonly cluster: string;
  readonly units: UnitsReport;
  readonly machines: readonly MachineHealth[];
}

/** Every part on every machine, and what the servers of Kubernetes say of themselves. */
export function judgeComponents({ cluster, units, machines }: Components): readonly ValidationFinding[] {
  const silent = units.silent.map(({ node, problem }): Trouble => {
    return { verdict: 'bad', where: node, what: problem.detail, next: `bootstrap ssh ${cluster} ${node}` };
  });
  const resting = new Set(units.units.map(({ unit, node }) => `${node} ${unit.replace(/\.timer$/, '.service')}`));
  const timed = new Set(units.units.flatMap(({ unit, node }) => (unit.endsWith('.timer') ? [`${node} ${unit}`] : [])));
  const isAtRest = ({ unit, node }: UnitStatus): boolean =>
    resting.has(`${node} ${unit}`) && timed.has(`${node} ${unit.replace(/\.service$/, '.timer')}`);
  const down = units.units.flatMap((unit) => unitTrouble(cluster, unit, isAtRest(unit)));
  const ill = machines.flatMap((machine) => serverTroubles(cluster, machine));
  const count = new Set(units.units.map(({ node }) => node)).size;
  const well = `All ${units.units.length} units are as they should be (machines: ${count}).`;
  return judged('components', [...silent, ...down, ...ill], well);
}

/**
 * | the unit is        | so                                             |
 * |--------------------|------------------------------------------------|
 * | active             | well                                           |
 * | inactive           | well when a timer calls it, else bad           |
 * | failed             | bad                                            |
 * | anything else      | care: it is on its way                         |
 */
function unitTrouble(
  cluster: string,
  { unit, node, active, sub, result }: UnitStatus,
  isAtRest: boolean,
): readonly Trouble[] {
  if (active === 'active' || (active === 'inactive' && isAtRest)) return [];
  const isDown = active === 'failed' || active === 'inactive';
  const why = result === 'success' ? sub : `${sub}, ${result}`;
  const next = `bootstrap ssh ${cluster} ${node} -- sudo journalctl -n 50 -u ${unit}`;
  return [{ verdict: isDown ? 'bad' : 'care', where: node, what: `${unit} is ${active} (${why}).`, next }];
}

function serverTroubles(cluster: string, { node, servers }: MachineHealth): readonly Trouble[] {
  const ill = servers.filter(({ status }) => status !== undefined && status !== '200');
  return ill.map(({ name, status = '' }) => ({
    verdict: 'bad',
    where: node,
    what: status === '000' ? `Its ${name} does not answer.` : `Its ${name} says that it is not well (${status}).`,
    next: `bootstrap ssh ${cluster} ${node} -- sudo journalctl -n 50 -u bootstrap-${name}.service`,
  }));
}

const LEADERS = ['kube-controller-manager', 'kube-scheduler'];
/** They say it every two seconds, and give way after fifteen; clocks may differ. */
const FRESH_MS = 60_000;
const SECOND_MS = 1_000;

/** Each of those of which one leads has to have said lately that it does. */
export function judgeLeaders(
  cluster: string,
  leases: readonly SeenLease[],
  nowMs: number,
): readonly ValidationFinding[] {
  const next = `bootstrap kubectl ${cluster} get leases -- --namespace kube-system`;
  const troubles = LEADERS.flatMap((name): readonly Trouble[] => {
    const lease = leases.find((one) => one.name === name);
    if (lease === undefined) return [{ verdict: 'bad', where: name, what: 'None of them leads.', next }];
    const ageMs = nowMs - lease.renewedMs;
    if (ageMs <= FRESH_MS) return [];
    const what = `Whoever leads (${lease.holder}) was last heard ${Math.round(ageMs / SECOND_MS)} s ago.`;
    return [{ verdict: 'bad', where: name, what, next }];
  });
  return judged('components', troubles, `Of ${LEADERS.join(' and ')} one each leads.`);
}
