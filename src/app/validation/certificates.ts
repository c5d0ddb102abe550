import { isAgeing } from '#pki/life.ts';
import type { AgeingAuthority } from '../app.ts';
import { judged, type Trouble, type ValidationFinding } from './finding.ts';
import type { MachineHealth, ServerHealth } from './machine-health.ts';

interface Certificates {
  readonly cluster: string;
  readonly authorities: readonly AgeingAuthority[];
  readonly machines: readonly MachineHealth[];
  readonly nowMs: number;
}

/** The ends of authorities, and of what servers show. Machines renew theirs by themselves: one that is late did not. */
export function judgeCertificates({
  cluster,
  authorities,
  machines,
  nowMs,
}: Certificates): readonly ValidationFinding[] {
  const ageing = authorities.map(({ authority, endsMs, isOver }): Trouble => {
    const day = dayOf(endsMs);
    const what = isOver ? `It has ended on ${day}.` : `It ends on ${day}, and no other takes its place yet.`;
    const next = `bootstrap rotate ${cluster}`;
    return { verdict: isOver ? 'bad' : 'care', where: `authority ${authority}`, what, next };
  });
  const shown = machines.flatMap(({ node, servers }) => servers.map((server) => ({ node, ...server })));
  const late = shown.flatMap(({ node, name, life }): readonly Trouble[] => {
    const trouble = lifeTrouble(life, nowMs);
    if (trouble === undefined) return [];
    const next = `bootstrap ssh ${cluster} ${node} -- sudo journalctl -n 50 -u bootstrap-certificates.service`;
    return [{ ...trouble, where: `${node} ${name}`, next }];
  });
  const ends = shown.flatMap(({ life }) => life?.notAfterMs ?? []);
  const first =
    ends.length === 0 ? '' : `; the first of ${ends.length} that servers show ends on ${dayOf(Math.min(...ends))}`;
  return judged('certificates', [...ageing, ...late], `None is about to end${first}.`);
}

function lifeTrouble(life: ServerHealth['life'], nowMs: number): Pick<Trouble, 'verdict' | 'what'> | undefined {
  if (life === undefined) return { verdict: 'care', what: 'It shows no certificate.' };
  const day = dayOf(life.notAfterMs);
  if (life.notAfterMs <= nowMs) return { verdict: 'bad', what: `What it shows has ended on ${day}.` };
  if (!isAgeing(life, nowMs)) return undefined;
  return { verdict: 'care', what: `What it shows ends on ${day}, and should have been renewed.` };
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, '2026-11-23'.length);
}
