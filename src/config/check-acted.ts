import type { Draft } from './draft.ts';

/** What is written for machines that are only acted would be ignored silently. */
export function checkActed({ written, spec, findings }: Draft): void {
  if (written.provider === undefined || spec.provider !== 'simulator') return;
  const { assets = {}, manifests } = written;
  const report = (path: string, what: string): void => {
    if (!findings.isSound(path)) return;
    findings.add(path, { code: 'config.provider-lacks', what, instead: 'Take it out.' }, 'key');
  };
  if (Object.keys(assets).length > 0) report('assets', 'Machines of a simulated account are acted, and fetch nothing.');
  if (manifests !== undefined) report('manifests', 'Machines of a simulated account are acted, and have no API.');
}
