import { judged, type Trouble, type ValidationFinding } from './finding.ts';
import type { MachineHealth } from './machine-health.ts';

interface Times {
  readonly cluster: string;
  readonly machines: readonly MachineHealth[];
  /** When they were asked, and when all had answered, by the clock of this workstation. */
  readonly askedMs: number;
  readonly heardMs: number;
}

const CARE_MS = 2_000;
/** Certificates begin to count this long before they are made, and etcd warns much sooner. */
const BAD_MS = 60_000;
const SECOND_MS = 1_000;

/** A machine looked at its clock at some moment between the question and its answer: what lies outside is a difference. */
export function judgeTimes({ cluster, machines, askedMs, heardMs }: Times): readonly ValidationFinding[] {
  const troubles = machines.flatMap(({ node, clockMs }): readonly Trouble[] => {
    if (clockMs === undefined) return [];
    const differenceMs = Math.max(askedMs - clockMs, clockMs - heardMs, 0);
    if (differenceMs <= CARE_MS) return [];
    const side = clockMs < askedMs ? 'behind' : 'ahead of';
    const what = `Its clock is ${Math.round(differenceMs / SECOND_MS)} s ${side} that of this workstation.`;
    const next = `bootstrap ssh ${cluster} ${node} -- timedatectl`;
    return [{ verdict: differenceMs > BAD_MS ? 'bad' : 'care', where: node, what, next }];
  });
  const isHeard = machines.some(({ clockMs }) => clockMs !== undefined);
  if (!isHeard) return [{ check: 'time', verdict: 'not judged', what: 'No machine has told its time.' }];
  const width = Math.ceil((heardMs - askedMs + CARE_MS) / SECOND_MS);
  return judged('time', troubles, `All clocks are within ${width} s of that of this workstation.`);
}
