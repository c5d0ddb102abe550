import type { Draft } from './draft.ts';

/** What is written for machines that fetch nothing would be ignored silently. */
export function checkAssets({ written, spec, findings }: Draft): void {
  if (written.assets === undefined || written.provider === undefined || spec.provider === 'local') return;
  if (Object.keys(written.assets).length === 0 || !findings.isSound('assets')) return;
  const what = 'Only machines of a workstation fetch assets in this version.';
  findings.add('assets', { code: 'config.provider-lacks', what, instead: 'Take it out.' }, 'key');
}
