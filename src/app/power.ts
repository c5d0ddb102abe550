import type { Problem } from '#engine/problem.ts';
import { mapLimit } from '#std/map-limit.ts';
import type { NodeTurn } from './app.ts';
import type { CaredMachines } from './cared-machines.ts';
import { asProblem } from './problems.ts';

/** Starting is work for the workstation, and stopping is waiting. */
const AT_ONCE = 4;

export interface PowerRequest {
  readonly to: 'stop' | 'start';
  /** None: all. */
  readonly nodes: readonly string[];
  /** Hears of each as soon as it is known. */
  readonly tell: (turn: NodeTurn) => void;
}

/** Switches machines off or on. Whatever becomes of one, the others have their turn. */
export async function power(
  machines: Pick<CaredMachines, 'care' | 'nodes' | 'idOf'>,
  { to, nodes, tell }: PowerRequest,
  signal: AbortSignal,
): Promise<readonly NodeTurn[]> {
  const named = [...new Set(nodes.length === 0 ? machines.nodes : nodes)];
  // Before anything is switched: a slip of the fingers switches nothing.
  const meant = named.map((node) => ({ node, id: machines.idOf(node) }));
  return mapLimit(meant, AT_ONCE, async ({ node, id }) => {
    const failure = await machines.care[to](id, signal).then(
      () => undefined,
      (error: unknown): Problem => asProblem(error),
    );
    const turn = { node, problem: failure };
    tell(turn);
    return turn;
  });
}
