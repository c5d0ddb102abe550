import { availableParallelism, constants } from 'node:os';
import { parseArgs } from 'node:util';
import { CLOUD_MUTANTS } from './cloud-mutants.ts';
import { ENGINE_MUTANTS } from './engine-mutants.ts';
import { HOST_MUTANTS } from './host-mutants.ts';
import { MACHINE_MUTANTS } from './machine-mutants.ts';
import { bySimulation, byTests, isForSimulation, type Mutant, testsOf } from './mutant.ts';
import { PKI_MUTANTS } from './pki-mutants.ts';
import { PLAN_MUTANTS } from './plan-mutants.ts';
import { PROVIDER_MUTANTS } from './provider-mutants.ts';
import { QUORUM_MUTANTS } from './quorum-mutants.ts';
import { STATE_MUTANTS } from './state-mutants.ts';
import { partOfThisCommit } from './turn.ts';
import { UPGRADE_MUTANTS } from './upgrade-mutants.ts';
import { type Fate, nameOf } from './workbench.ts';
import { Workbenches } from './workbenches.ts';

const { values, positionals } = parseArgs({
  options: { part: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const [only = ''] = positionals;
const MUTANTS = [
  STATE_MUTANTS,
  ENGINE_MUTANTS,
  PLAN_MUTANTS,
  HOST_MUTANTS,
  QUORUM_MUTANTS,
  PKI_MUTANTS,
  MACHINE_MUTANTS,
  PROVIDER_MUTANTS,
  CLOUD_MUTANTS,
  UPGRADE_MUTANTS,
].flat();
const named = MUTANTS.filter(({ name }) => name.includes(only));
const mutants = values.part ? await partOfThisCommit(named) : named;

await using benches = await Workbenches.open(availableParallelism());
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void leave(signal));
const spentMs = new Map<Mutant, number>();
const condemning = await countUnsound();
let killed = 0;
const unnoticed: string[] = [];
// Those that are not tried now have to be possible all the same.
for (const mutant of named.filter((one) => !mutants.includes(one))) {
  if (!(await benches.first.knows(mutant))) tell(mutant, { fate: 'not-there' });
}
// Test files keep one core busy, the simulation all of them: so first the tests side by side, then what is the simulation's.
const passedOn = new Set(mutants.filter((mutant) => isForSimulation(mutant) && testsOf(mutant).length === 0));
const tested = mutants.filter((mutant) => !passedOn.has(mutant));
await benches.share(tested, async (bench, mutant) => {
  const fate = await timed(mutant, () => bench.try(mutant, testsOf(mutant)));
  if (fate.fate === 'survived' && isForSimulation(mutant)) passedOn.add(mutant);
  else tell(mutant, fate);
});
for (const mutant of mutants.filter((one) => passedOn.has(one))) {
  tell(mutant, await timed(mutant, () => benches.first.try(mutant, [bySimulation])));
}
// Once more: of a long run often only the end is kept.
for (const line of unnoticed) say(line);
const failed = condemning + unnoticed.length;
say(`${killed} killed of ${mutants.length} tried, of ${named.length} existing`);
say(`${killed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** A judge that condemns the whole product proves nothing by condemning a mutant. */
async function countUnsound(): Promise<number> {
  const files = new Set(mutants.flatMap(testsOf).flatMap((killer) => killer.files));
  const distinct = [...files].filter(
    (file) => !file.split('/').some((_, index, parts) => files.has(parts.slice(0, index).join('/'))),
  );
  const judges = distinct.map((file) => byTests(file));
  let unsound = 0;
  await benches.share(judges, async (bench, killer) => {
    if (await bench.trusts(killer)) return;
    unsound += 1;
    say(`unsound            the unbroken product fails: ${nameOf(killer)}`);
  });
  if (mutants.some(isForSimulation) && !(await benches.first.trusts(bySimulation))) {
    unsound += 1;
    say(`unsound            the unbroken product fails: ${nameOf(bySimulation)}`);
  }
  return unsound;
}

async function timed(mutant: Mutant, trial: () => Promise<Fate>): Promise<Fate> {
  const startedMs = performance.now();
  const fate = await trial();
  spentMs.set(mutant, (spentMs.get(mutant) ?? 0) + performance.now() - startedMs);
  return fate;
}

function tell(mutant: Mutant, result: Fate): void {
  const seconds = ((spentMs.get(mutant) ?? 0) / 1_000).toFixed(1);
  const where = result.fate === 'killed' ? `(${result.by})` : mutant.file;
  const line = `${result.fate.padEnd(9)} ${seconds.padStart(6)} s  ${mutant.name}  ${where}`;
  say(line);
  if (result.fate === 'killed') killed += 1;
  else unnoticed.push(line);
}

/** Whoever is sent away takes the workbenches along, and what runs on them. */
async function leave(signal: 'SIGINT' | 'SIGTERM'): Promise<void> {
  await benches[Symbol.asyncDispose]();
  process.exit(128 + constants.signals[signal]);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
