import { readOutput } from '#cluster/read-output.ts';
import { authorityAddress, trustsIn } from '#cluster/trust.ts';
import type { Snapshot } from '#engine/record.ts';
import { certificateFacts } from '#pki/leaf.ts';
import { isAgeing } from '#pki/life.ts';
import type { AgeingAuthority } from './app.ts';

/**
 * Those with less than a third of their life left whose place no other takes yet: they have to go while machines can still be
 * told of others by who believes them.
 */
export function ageingAuthorities(snapshot: Snapshot, nowMs: number): readonly AgeingAuthority[] {
  return [...trustsIn(snapshot)].flatMap(([authority, { signs, phase }]): readonly AgeingAuthority[] => {
    if (phase !== undefined) return [];
    const certificate = readOutput(snapshot.current(authorityAddress(authority, signs)), 'certificate');
    if (typeof certificate !== 'string') return [];
    const facts = certificateFacts(certificate);
    return isAgeing(facts, nowMs) ? [{ authority, endsMs: facts.notAfterMs, isOver: facts.notAfterMs <= nowMs }] : [];
  });
}
