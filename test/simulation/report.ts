import { FAULT_KINDS, type FaultCatalogue, type FaultKind } from './faults.ts';
import type { Failure } from './jobs.ts';
import type { ProgrammeResult } from './programme.ts';
import { INVARIANTS, INVARIANTS_ELSEWHERE } from './watch.ts';

const HOUR_MS = 3_600_000;
const FAILURES_SHOWN = 20;

export interface Reporting {
  readonly catalogue: FaultCatalogue;
  readonly mustMeetEveryFault: boolean;
  /** What this simulation is called with. */
  readonly options: readonly string[];
}

/** What was done, in the words of the terminal; the last line is the count that a machine reads. */
export function reportLines(result: ProgrammeResult, reporting: Reporting): readonly string[] {
  const { runs, covered, virtualMs, events, busyMs, wallMs, workers, failures, unlike } = result;
  const perCore = busyMs === 0 ? 0 : runs / (busyMs / 1000);
  const missing = missingFaults(result, reporting);
  const failed = failures.length + unlike.length + missing.length;
  return [
    ...failures.slice(0, FAILURES_SHOWN).flatMap((failure) => failureLines(failure, reporting.options)),
    ...(failures.length > FAILURES_SHOWN ? [`… and ${failures.length - FAILURES_SHOWN} more`] : []),
    ...unlike.map((scenario) => `not deterministic: ${scenario}`),
    '',
    ...faultTable(result, reporting.catalogue),
    ...missing.map((kind) => `fault kind ${kind} never struck`),
    '',
    `${runs} runs · ${covered} half-steps struck by crash and freeze · ${events} events`,
    `${(virtualMs / HOUR_MS).toFixed(0)} hours of virtual time in ${(wallMs / 1000).toFixed(1)} s on ${workers} workers`,
    `${perCore.toFixed(0)} runs per second and core`,
    `${runs - failures.length} passed, ${failed} failed`,
  ];
}

export function isGood(result: ProgrammeResult, reporting: Reporting): boolean {
  const { failures, unlike } = result;
  return failures.length === 0 && unlike.length === 0 && missingFaults(result, reporting).length === 0;
}

export function failureLines({ scenario, violations }: Failure, options: readonly string[] = []): readonly string[] {
  const lines = violations.slice(0, 3).map(({ invariant, detail, atMs }) => {
    return `  ${invariant} ${INVARIANTS[invariant]}, at ${(atMs / 1000).toFixed(1)} s: ${detail}`;
  });
  return [
    `violation in ${scenario}`,
    ...lines,
    `  npm run simulation -- ${[...options, '--trace', '--replay'].join(' ')} '${scenario}'`,
  ];
}

function faultTable({ faults }: ProgrammeResult, { kinds, rare, elsewhere }: FaultCatalogue): readonly string[] {
  const rows = kinds.map((kind) => {
    const number = FAULT_KINDS[kind];
    const why = rare.has(kind) ? `  rare: ${rare.get(kind)}` : '';
    return `${number === 0 ? '  ' : String(number).padStart(2)} ${kind.padEnd(28)} ${String(faults.get(kind) ?? 0).padStart(9)}${why}`;
  });
  const notHere = [...elsewhere].map(([number, why]) => `${String(number).padStart(2)} not here: ${why}`);
  const invariants = [...INVARIANTS_ELSEWHERE].map(([number, why]) => `invariant ${number} not here: ${why}`);
  return [...rows, ...notHere, ...invariants];
}

function missingFaults(
  { faults }: ProgrammeResult,
  { catalogue, mustMeetEveryFault }: Reporting,
): readonly FaultKind[] {
  return mustMeetEveryFault ? catalogue.kinds.filter((kind) => !faults.has(kind) && !catalogue.rare.has(kind)) : [];
}
