import type { Draft } from './draft.ts';

/** What is written for machines that are only acted, and fetch nothing, would be ignored silently. */
export function checkAssets({ written, spec, findings }: Draft): void {
  if (written.assets === undefined || written.provider === undefined || spec.provider !== 'simulator') return;
  if (Object.keys(written.assets).length === 0 || !findings.isSound('assets')) return;
  const what = 'Machines of a simulated account are acted, and fetch nothing.';
  findings.add('assets', { code: 'config.provider-lacks', what, instead: 'Take it out.' }, 'key');
}
