import { FAULT_KINDS, FAULTS_ELSEWHERE, faultKinds } from './faults.ts';
import { INVARIANTS, INVARIANTS_ELSEWHERE } from './invariants.ts';
import type { Failure } from './jobs.ts';
import type { ProgrammeResult } from './programme.ts';

const HOUR_MS = 3_600_000;
const FAILURES_SHOWN = 20;

/** What was done, in the words of the terminal; the last line is the count that a machine reads. */
export function reportLines(result: ProgrammeResult, mustMeetEveryFault: boolean): readonly string[] {
  const { runs, covered, virtualMs, events, busyMs, wallMs, workers, failures, unlike } = result;
  const perCore = busyMs === 0 ? 0 : runs / (busyMs / 1000);
  const missing = mustMeetEveryFault ? missingFaults(result) : [];
  const failed = failures.length + unlike.length + missing.length;
  return [
    ...failures.slice(0, FAILURES_SHOWN).flatMap(failureLines),
    ...(failures.length > FAILURES_SHOWN ? [`… and ${failures.length - FAILURES_SHOWN} more`] : []),
    ...unlike.map((scenario) => `not deterministic: ${scenario}`),
    '',
    ...faultTable(result),
    ...missing.map((kind) => `fault kind ${kind} never struck`),
    '',
    `${runs} runs · ${covered} half-steps struck by crash and freeze · ${events} events`,
    `${(virtualMs / HOUR_MS).toFixed(0)} hours of virtual time in ${(wallMs / 1000).toFixed(1)} s on ${workers} workers`,
    `${perCore.toFixed(0)} runs per second and core`,
    `${runs - failures.length} passed, ${failed} failed`,
  ];
}

export function isGood(result: ProgrammeResult, mustMeetEveryFault: boolean): boolean {
  const everyFault = !mustMeetEveryFault || missingFaults(result).length === 0;
  return result.failures.length === 0 && result.unlike.length === 0 && everyFault;
}

export function failureLines({ scenario, violations }: Failure): readonly string[] {
  const lines = violations.slice(0, 3).map(({ invariant, detail, atMs }) => {
    return `  ${invariant} ${INVARIANTS[invariant]}, at ${(atMs / 1000).toFixed(1)} s: ${detail}`;
  });
  return [`violation in ${scenario}`, ...lines, `  npm run simulation -- --trace --replay '${scenario}'`];
}

function faultTable({ faults }: ProgrammeResult): readonly string[] {
  const rows = faultKinds().map((kind) => {
    const number = FAULT_KINDS[kind];
    return `${number === 0 ? '  ' : String(number).padStart(2)} ${kind.padEnd(28)} ${String(faults.get(kind) ?? 0).padStart(9)}`;
  });
  const elsewhere = [...FAULTS_ELSEWHERE].map(([number, why]) => `${String(number).padStart(2)} not here: ${why}`);
  const invariants = [...INVARIANTS_ELSEWHERE].map(([number, why]) => `invariant ${number} not here: ${why}`);
  return [...rows, ...elsewhere, ...invariants];
}

function missingFaults({ faults }: ProgrammeResult): readonly string[] {
  return faultKinds().filter((kind) => !faults.has(kind));
}
