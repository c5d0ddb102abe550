import { parseCidr } from './cidr.ts';
import type { Draft } from './draft.ts';

/** What a private network takes out of the range of the machines: for each zone two parts, of which none may be smaller than /28. */
const PRIVATE_PREFIX_MAX = 22;

/** Whether the ways in and out fit together: what would be ignored silently is refused. */
export function checkTopology(draft: Draft): void {
  // It has one way in and out, and whatever else is asked for is refused.
  if (draft.spec.provider === 'local') return;
  checkNat(draft);
  checkAddresses(draft);
  checkPrivateRoom(draft);
  checkWayIn(draft);
}

function checkNat({ written, spec, findings }: Draft): void {
  if (written.network?.nat === undefined || spec.network.topology === 'private') return;
  if (!findings.isSound('network.topology') || !findings.isSound('network.nat')) return;
  const what = 'Machines with public addresses go out by themselves: there are no NAT gateways.';
  const instead = 'Take it out, or write topology: private beside it.';
  findings.add('network.nat', { code: 'config.nat-unused', what, instead }, 'key');
}

function checkAddresses({ written, spec, findings }: Draft): void {
  if (written.network?.addresses !== 'fixed' || spec.network.topology === 'public') return;
  if (!findings.isSound('network.topology')) return;
  const what = 'The machines of a private network have no public addresses.';
  findings.add('network.addresses', { code: 'config.addresses-unused', what, instead: 'Take it out.' }, 'key');
}

function checkPrivateRoom({ spec, findings }: Draft): void {
  if (spec.network.topology !== 'private' || !findings.isSound('network.machines')) return;
  const { prefix } = parseCidr(spec.network.machines);
  if (prefix <= PRIVATE_PREFIX_MAX) return;
  const what = `A private network has public parts as well: machines must be /${PRIVATE_PREFIX_MAX} at least, not /${prefix}.`;
  const instead = `Write a network.machines of /${PRIVATE_PREFIX_MAX} or larger.`;
  findings.add('network.machines', { code: 'config.cidr-too-small', what, instead });
}

function checkWayIn({ spec, findings }: Draft): void {
  if (spec.network.topology !== 'private' || spec.access.sshPublicKey !== undefined) return;
  if (!findings.isSound('network.topology') || !findings.isSound('access.ssh-key')) return;
  const what = 'Without an ssh-key a private network has no bastion: nobody gets into its machines by SSH.';
  const instead = 'Write ssh-key, the public key of whoever is to come in, or do without SSH.';
  findings.add('access', { code: 'config.no-ssh', what, instead }, 'key');
}
