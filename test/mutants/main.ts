import { CLOUD_MUTANTS } from './cloud-mutants.ts';
import { ENGINE_MUTANTS } from './engine-mutants.ts';
import { HOST_MUTANTS } from './host-mutants.ts';
import { MACHINE_MUTANTS } from './machine-mutants.ts';
import type { Killer, Mutant } from './mutant.ts';
import { PKI_MUTANTS } from './pki-mutants.ts';
import { PLAN_MUTANTS } from './plan-mutants.ts';
import { PROVIDER_MUTANTS } from './provider-mutants.ts';
import { STATE_MUTANTS } from './state-mutants.ts';
import { nameOf, Workbench } from './workbench.ts';

/** The simulation uses every core by itself, so mutants are tried one after the other. */
const only = process.argv[2] ?? '';
const MUTANTS = [
  STATE_MUTANTS,
  ENGINE_MUTANTS,
  PLAN_MUTANTS,
  HOST_MUTANTS,
  PKI_MUTANTS,
  MACHINE_MUTANTS,
  PROVIDER_MUTANTS,
  CLOUD_MUTANTS,
].flat();
const mutants = MUTANTS.filter(({ name }) => name.includes(only));

await using bench = await Workbench.open();
let failed = await countUnsound(bench);
let killed = 0;
for (const mutant of mutants) {
  const startedMs = performance.now();
  const result = await bench.try(mutant);
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
  if (result.fate === 'killed') killed += 1;
  else failed += 1;
  say(
    `${result.fate.padEnd(9)} ${seconds.padStart(6)} s  ${mutant.name}${result.fate === 'killed' ? `  (${result.by})` : `  ${mutant.file}`}`,
  );
}
say(`${killed} killed of ${mutants.length} existing`);
say(`${killed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** A judge that condemns the whole product proves nothing by condemning a mutant. */
async function countUnsound(workbench: Workbench): Promise<number> {
  let unsound = 0;
  for (const killer of judges(mutants)) {
    if (await workbench.trusts(killer)) continue;
    unsound += 1;
    say(`unsound            the unbroken product fails: ${nameOf(killer)}`);
  }
  return unsound;
}

function judges(tried: readonly Mutant[]): readonly Killer[] {
  const all = tried.flatMap(({ killers }) => killers);
  const files = [...new Set(all.flatMap((killer) => (killer.by === 'tests' ? killer.files : [])))];
  const tests: readonly Killer[] = files.length === 0 ? [] : [{ by: 'tests', files }];
  return all.some(({ by }) => by === 'simulation') ? [...tests, { by: 'simulation' }] : tests;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
