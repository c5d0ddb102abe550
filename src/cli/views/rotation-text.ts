import type { RotationNews, RotationStatus } from '#app/app.ts';
import { assertNever } from '#std/assert.ts';

/** `rotation of etcd goes on: a new authority signs …` */
export function rotationText({ authority, news, phase }: RotationNews): string {
  if (phase === undefined)
    return `rotation of ${authority} has ended: machines believe the new authority alone${othersThan(authority)}`;
  return `rotation of ${authority} ${news === 'begins' ? 'begins' : 'goes on'}: ${phaseText(phase)}`;
}

/** Not only machines believe the authority of Kubernetes: whoever was given access to it does, and is no machine. */
function othersThan(authority: string): string {
  return authority === 'cluster' ? '; kubeconfigs from before open nothing any more: bootstrap kubeconfig' : '';
}

/** What is to be done next, of each that is under way. */
export function rotationRows(
  rotations: readonly RotationStatus[],
  faint: (text: string) => string,
): readonly (readonly string[])[] {
  return rotations.map(({ authority, phase }) => [faint('rotation'), `${authority}: ${phaseText(phase)}`]);
}

function phaseText(phase: RotationStatus['phase']): string {
  switch (phase) {
    case 'introduce':
      return 'machines come to believe a new authority beside the old one';
    case 'sign':
      return 'machines come to show what the new authority has signed';
    case 'forget':
      return 'machines come to believe the new authority alone, and the old one is destroyed';
    case 'end':
      return 'the old authority is gone, and so is word of the rotation';
    default:
      return assertNever(phase);
  }
}
