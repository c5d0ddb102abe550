import type { ValidationFinding } from '#app/validation/finding.ts';
import { table } from './columns.ts';
import { harmlessLine } from './harmless.ts';
import type { Palette } from './palette.ts';

/** `bad  nodes  worker-1  It is no node of Kubernetes.`, and below it what to type next. */
export function validationLines(findings: readonly ValidationFinding[], palette: Palette): readonly string[] {
  if (findings.length === 0) return [];
  const rows = table(
    findings.map(({ verdict, check, where, what }) => [
      paintFor(verdict, palette)(verdict),
      check,
      where === undefined ? '' : harmlessLine(where),
      harmlessLine(what.replaceAll('\n', ' ')),
    ]),
  );
  const lines = findings.flatMap(({ next }, index) => [
    rows[index] ?? '',
    ...(next === undefined ? [] : [`  ${palette.faint(harmlessLine(next))}`]),
  ]);
  return ['', ...lines];
}

function paintFor(
  verdict: ValidationFinding['verdict'],
  { good, care, bad, faint }: Palette,
): (text: string) => string {
  switch (verdict) {
    case 'ok':
      return good;
    case 'care':
      return care;
    case 'bad':
      return bad;
    case 'not judged':
      return faint;
  }
}
