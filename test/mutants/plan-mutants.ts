import { bySimulation, byTests, type Mutant } from './mutant.ts';

const SIMULATION = [bySimulation];

/** Ways to plan the wrong thing, or to do the right ones in the wrong order. */
export const PLAN_MUTANTS: readonly Mutant[] = [
  {
    name: 'what stands under the unreachable is destroyed',
    file: 'src/engine/plan.ts',
    anchor: '  leaveWhatIsStoodOn(planning);\n',
    replacement: '',
    killers: [byTests('test/engine/plan-down.test.ts')],
  },
  {
    name: 'what depends on an object is not destroyed first',
    file: 'src/engine/apply-graph.ts',
    anchor: 'if (down !== undefined && destroys(down.change)) need(step, down);',
    replacement: '',
    killers: [byTests('test/engine/apply-graph.test.ts'), ...SIMULATION],
  },
  {
    name: 'what moves off a destroyed object does not move first',
    file: 'src/engine/apply-graph.ts',
    anchor: '  graph.moveOffFirst();\n',
    replacement: '',
    killers: [byTests('test/engine/apply-graph.test.ts'), ...SIMULATION],
  },
  {
    name: 'the old instance goes before the new one stands',
    file: 'src/engine/apply-graph.ts',
    anchor:
      "if (change.action === 'replace' && change.order === 'create-first') need(step, this.#ups.get(change.address));",
    replacement: '',
    killers: [byTests('test/engine/apply-graph.test.ts'), ...SIMULATION],
  },
  {
    name: 'a stale plan is carried out',
    file: 'src/engine/apply.ts',
    anchor: 'if (plan.cluster === snapshot.cluster && plan.serial === snapshot.serial) return;',
    replacement: 'if (plan.cluster === snapshot.cluster) return;',
    killers: [byTests('test/simulation/promises/saved-plan.test.ts')],
  },
  {
    name: 'an object of another kind counts as what is declared',
    file: 'src/engine/plan-up.ts',
    anchor: "if (record.kind !== declaration.kind) return { reason: 'inputs-changed', inputs: ['kind'] };",
    replacement: '',
    killers: [byTests('test/engine/plan-up.test.ts', 'test/simulation/promises/kinds.test.ts')],
  },
  {
    name: 'a difference in place is not noticed',
    file: 'src/engine/plan-up.ts',
    anchor: "if (changed.length > 0) return { reason: 'inputs-changed', inputs: changed };",
    replacement: '',
    killers: [byTests('test/engine/plan-up.test.ts')],
  },
  {
    name: 'a dependent does not follow what its dependency becomes',
    file: 'src/engine/plan-up.ts',
    anchor: 'stableOutputs.includes(output) !== true',
    replacement: 'stableOutputs.includes(output) === undefined',
    killers: SIMULATION,
  },
  {
    name: 'the consequences of a failure are carried out all the same',
    file: 'src/engine/schedule.ts',
    anchor: 'this.#skipDependents(step);',
    replacement: 'this.#release(step);',
    killers: [byTests('test/engine/schedule.test.ts'), ...SIMULATION],
  },
  {
    name: 'a replaced instance is forgotten instead of destroyed',
    file: 'src/engine/cluster-state.ts',
    anchor: 'if (id !== keep) this.#change(id, (record) => ({ ...record, deposed: true }));',
    replacement: 'if (id !== keep) this.#remove(id);',
    killers: [byTests('test/engine/cluster-state.test.ts'), ...SIMULATION],
  },
  {
    name: 'a plan gives an object what it cannot become',
    file: 'src/engine/plan-up.ts',
    anchor: 'const outgrown = type.cannotBecome?.(record.outputs, inputs) ?? [];',
    replacement: 'const outgrown: readonly string[] = [];',
    killers: [byTests('test/engine/plan-up.test.ts')],
  },
  {
    name: 'a broken object is kept',
    file: 'src/engine/plan-up.ts',
    anchor: "if (seen?.condition.is === 'broken') {",
    replacement: "if (seen?.condition.is === 'broken' && seen.condition.reason === '') {",
    killers: [byTests('test/engine/plan-up.test.ts')],
  },
  {
    name: 'what lives on a host stays behind when the host goes',
    file: 'src/engine/plan-up.ts',
    anchor: 'if (within !== undefined && within === record.within && hostGoes(planning, within)) {',
    replacement:
      "if (within !== undefined && within === record.within && hostGoes(planning, within) && record.status === 'destroying') {",
    killers: [byTests('test/engine/plan-within.test.ts')],
  },
];
