import { FILES } from './benchmark/files.ts';
import { FLAGS } from './benchmark/flags.ts';
import type { BenchmarkItem } from './benchmark/item.ts';
import { SETTINGS } from './benchmark/settings.ts';
import type { Trouble, ValidationFinding } from './finding.ts';
import type { MachineSecurity, Program } from './machine-security.ts';

const ITEMS: readonly BenchmarkItem[] = [...FILES, ...FLAGS, ...SETTINGS];
const PROGRAMS: readonly Program[] = ['apiserver', 'controller-manager', 'scheduler', 'etcd', 'kubelet', 'proxy'];

/** What the CIS Kubernetes Benchmark asks of machines, program by program, on each that has the program. */
export function judgeMachineSecurity(
  cluster: string,
  machines: readonly MachineSecurity[],
): readonly ValidationFinding[] {
  return PROGRAMS.flatMap((program) => {
    const placed = machines.filter(({ programs }) => programs.has(program));
    if (placed.length === 0) return [];
    return judgeProgram(cluster, program, placed).map((trouble) => ({ check: 'security' as const, ...trouble }));
  });
}

function judgeProgram(cluster: string, program: Program, placed: readonly MachineSecurity[]): readonly Trouble[] {
  const running = placed.filter(({ programs }) => (programs.get(program)?.size ?? 0) > 0);
  const down = placed.filter((machine) => !running.includes(machine));
  const unjudged = down.map(({ node }): Trouble => {
    return { verdict: 'not judged', where: node, what: `Its ${program} does not run.` };
  });
  const items = ITEMS.filter((item) => item.of === program);
  const lacking = items.flatMap(({ id, instead }) =>
    running.flatMap((machine): readonly Lacking[] => {
      const what = instead(machine);
      return what === undefined ? [] : [{ id, node: machine.node, what }];
    }),
  );
  const troubles = lacking.map(({ id, node, what }): Trouble => {
    const next = `bootstrap ssh ${cluster} ${node} -- systemctl cat bootstrap-${program}.service`;
    return { verdict: 'bad', where: node, what: `CIS ${id} is not met by its ${program}: ${what}.`, next };
  });
  const bad = new Set(lacking.map(({ id }) => id));
  const met = items.filter(({ id }) => !bad.has(id));
  return running.length === 0 ? unjudged : [...wordsOf(program, met, running.length), ...troubles, ...unjudged];
}

interface Lacking {
  readonly id: string;
  readonly node: string;
  readonly what: string;
}

/** What is met as it is asked for in one line, and a line for each other way in which something is met. */
function wordsOf(program: Program, met: readonly BenchmarkItem[], machines: number): readonly Trouble[] {
  return [...Map.groupBy(met, ({ otherwise }) => otherwise)].map(([otherwise, items]): Trouble => {
    const ids = [...new Set(items.map(({ id }) => id))].toSorted((left, right) =>
      left.localeCompare(right, 'en', { numeric: true }),
    );
    const how = otherwise === undefined ? `(machines: ${machines}).` : `in another way: ${otherwise}`;
    return { verdict: 'ok', where: program, what: `CIS ${ids.join(', ')} met ${how}` };
  });
}
