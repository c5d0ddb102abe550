/** What can go wrong with machines that are looked after from a workstation. */
export const WORKSTATION_PROBLEMS = {
  'workstation.program-missing': {
    summary: 'A program is not installed on this workstation',
    blame: 'user',
    remedy: 'Nothing was changed. Install it, then see what there is to work with:\n  bootstrap status NAME',
  },
  'provider.lacks-verb': {
    summary: 'Machines of this provider cannot be reached in this way',
    blame: 'user',
    remedy:
      'Only machines of a workstation and of AWS are, and none that is simulated. See where those of this cluster are:\n  bootstrap status NAME',
  },
  'machine.gone': {
    summary: 'There is no such machine',
    blame: 'user',
    remedy: 'See what there is and what is wanted:\n  bootstrap status NAME',
  },
  'machine.off': {
    summary: 'The machine is off',
    blame: 'user',
    remedy: 'Start it:\n  bootstrap start NAME',
  },
  'machine.silent': {
    summary: 'The machine has not said hello yet',
    blame: 'provider',
    remedy: 'Its console shows how far it has come. See which machines there are:\n  bootstrap status NAME',
  },
  'machine.keyless': {
    summary: 'No key opens SSH on the machines of this cluster',
    blame: 'user',
    remedy:
      'Give the cluster file your public key, as access: { sshPublicKey: ssh-ed25519 … }. Machines that are made from then on let it in:\n  bootstrap apply NAME',
  },
  'node.unknown': {
    summary: 'The cluster has no machine of such a node',
    blame: 'user',
    remedy: 'Nothing was changed. See which nodes there are:\n  bootstrap status NAME',
  },
  'node.unanswered': {
    summary: 'A machine did not answer',
    blame: 'provider',
    remedy: 'Nothing was changed. See how it is, then ask again:\n  bootstrap status NAME',
  },
  'etcd.absent': {
    summary: 'No machine that answers runs etcd',
    blame: 'provider',
    remedy: 'Nothing was changed. See how far the nodes have come:\n  bootstrap status NAME',
  },
  'etcd.not-restored': {
    summary: 'The data of etcd was not restored everywhere',
    blame: 'provider',
    remedy:
      'When the cause is gone, do it again: it goes on from there. See how etcd is:\n  bootstrap etcd status NAME',
  },
  'etcd.snapshot-failed': {
    summary: 'No snapshot of etcd was brought here',
    blame: 'provider',
    remedy: 'Nothing was changed. See how etcd is, then try again:\n  bootstrap etcd status NAME',
  },
  'authority.unknown': {
    summary: 'The cluster has no such authority',
    blame: 'user',
    remedy: 'Nothing was changed. Name one that it has, or none for all of them:\n  bootstrap rotate NAME',
  },
  'rotation.not-offered': {
    summary: 'No other authority can take the place of this one yet',
    blame: 'user',
    remedy:
      'Nothing was changed. Name one of those that can be rotated, or none for all of them:\n  bootstrap rotate NAME',
  },
  'rotation.machines-silent': {
    summary: 'Not every machine could be told whom to believe',
    blame: 'user',
    remedy:
      'Nothing was changed. Bring them back: machines that are off with start, what is gone or broken with apply, then rotate again:\n  bootstrap status NAME',
  },
  'rotation.unfinished': {
    summary: 'A rotation could not go on',
    blame: 'provider',
    remedy: 'No machine is a stranger to another. When everything can be reached again, go on:\n  bootstrap apply NAME',
  },
} as const;
