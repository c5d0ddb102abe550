import type { Command } from './command.ts';

export interface Entry {
  /** One word, or a group and a word. */
  readonly name: string;
  readonly summary: string;
  load(): Promise<Command>;
}

/** Every command. Its module is loaded when it is meant, not before. */
export const COMMANDS: readonly Entry[] = [
  {
    name: 'create',
    summary: 'Make a cluster, from a file, from options or from your answers',
    load: async () => (await import('./commands/create.ts')).createCommand,
  },
  {
    name: 'plan',
    summary: 'Show what apply would change, and why; changes nothing',
    load: async () => (await import('./commands/plan.ts')).planCommand,
  },
  {
    name: 'apply',
    summary: 'Make the cluster what its file says; goes on where an earlier run stopped',
    load: async () => (await import('./commands/apply.ts')).applyCommand,
  },
  {
    name: 'rotate',
    summary: 'Let new authorities take the place of those that machines believe',
    load: async () => (await import('./commands/rotate.ts')).rotateCommand,
  },
  {
    name: 'upgrade',
    summary: 'Bring the running cluster to the versions of its lock of assets, node by node',
    load: async () => (await import('./commands/upgrade.ts')).upgradeCommand,
  },
  {
    name: 'status',
    summary: 'Show the nodes and what keeps them from being ready',
    load: async () => (await import('./commands/status.ts')).statusCommand,
  },
  {
    name: 'events',
    summary: 'Show what happened, run by run',
    load: async () => (await import('./commands/events.ts')).eventsCommand,
  },
  {
    name: 'why',
    summary: 'Explain the state of one resource',
    load: async () => (await import('./commands/why.ts')).whyCommand,
  },
  {
    name: 'outputs',
    summary: 'Show what the cluster is reached by',
    load: async () => (await import('./commands/outputs.ts')).outputsCommand,
  },
  {
    name: 'validate',
    summary: 'Check a cluster file, or a cluster as it runs',
    load: async () => (await import('./commands/validate.ts')).validateCommand,
  },
  {
    name: 'explain',
    summary: 'Document a field of the cluster file',
    load: async () => (await import('./commands/explain.ts')).explainCommand,
  },
  {
    name: 'permissions',
    summary: 'List what the credentials must allow on AWS, or print it as a policy',
    load: async () => (await import('./commands/permissions.ts')).permissionsCommand,
  },
  {
    name: 'delete',
    summary: 'Destroy a cluster and show that nothing is left',
    load: async () => (await import('./commands/delete.ts')).deleteCommand,
  },
  {
    name: 'attach',
    summary: 'Work from here with a cluster that was made elsewhere',
    load: async () => (await import('./commands/attach.ts')).attachCommand,
  },
  {
    name: 'list',
    summary: 'List the clusters that this workstation knows',
    load: async () => (await import('./commands/list.ts')).listCommand,
  },
  {
    name: 'stop',
    summary: 'Switch machines of this workstation off; their disks stay',
    load: async () => (await import('./commands/stop.ts')).stopCommand,
  },
  {
    name: 'start',
    summary: 'Switch machines of this workstation on again',
    load: async () => (await import('./commands/start.ts')).startCommand,
  },
  {
    name: 'ssh',
    summary: 'Get into a machine of this workstation, or run a command there',
    load: async () => (await import('./commands/ssh.ts')).sshCommand,
  },
  {
    name: 'logs',
    summary: 'Show the journal of a machine of this workstation',
    load: async () => (await import('./commands/logs.ts')).logsCommand,
  },
  {
    name: 'console',
    summary: 'Show what a machine of this workstation says on its serial console',
    load: async () => (await import('./commands/console.ts')).consoleCommand,
  },
  {
    name: 'kubeconfig',
    summary: 'Let kubectl and its like into the cluster, for as long as you say',
    load: async () => (await import('./commands/kubeconfig.ts')).kubeconfigCommand,
  },
  {
    name: 'kubectl',
    summary: 'Run kubectl on the cluster, without leaving a key behind',
    load: async () => (await import('./commands/kubectl.ts')).kubectlCommand,
  },
  {
    name: 'units',
    summary: 'List every part of the platform on every machine of this workstation',
    load: async () => (await import('./commands/units.ts')).unitsCommand,
  },
  {
    name: 'overlay status',
    summary: 'Show how the machines reach each other: handshakes, transfer, latency',
    load: async () => (await import('./commands/overlay-status.ts')).overlayStatusCommand,
  },
  {
    name: 'etcd status',
    summary: 'Show the members of etcd, and the loss of how many it survives',
    load: async () => (await import('./commands/etcd-status.ts')).etcdStatusCommand,
  },
  {
    name: 'etcd snapshot',
    summary: 'Take a snapshot of etcd now, and bring it here',
    load: async () => (await import('./commands/etcd-snapshot.ts')).etcdSnapshotCommand,
  },
  {
    name: 'etcd restore',
    summary: 'Make etcd on all of its machines what a snapshot holds',
    load: async () => (await import('./commands/etcd-restore.ts')).etcdRestoreCommand,
  },
  {
    name: 'links',
    summary: 'Cut, slow down or heal what lies between machines of this workstation',
    load: async () => (await import('./commands/links.ts')).linksCommand,
  },
  {
    name: 'image build',
    summary: 'Build an image for machines of this workstation from packages alone',
    load: async () => (await import('./commands/image-build.ts')).imageBuildCommand,
  },
  {
    name: 'image list',
    summary: 'List the images that this workstation has',
    load: async () => (await import('./commands/image-list.ts')).imageListCommand,
  },
  {
    name: 'image verify',
    summary: 'Say whether images are still what they were when they came',
    load: async () => (await import('./commands/image-verify.ts')).imageVerifyCommand,
  },
  {
    name: 'image remove',
    summary: 'Remove an image that no machine stands on',
    load: async () => (await import('./commands/image-remove.ts')).imageRemoveCommand,
  },
  {
    name: 'assets list',
    summary: 'List what machines are given to run, and where it comes from',
    load: async () => (await import('./commands/assets-list.ts')).assetsListCommand,
  },
  {
    name: 'assets sync',
    summary: 'Bring all of it into a folder, for where there is no way to its makers',
    load: async () => (await import('./commands/assets-sync.ts')).assetsSyncCommand,
  },
  {
    name: 'assets verify',
    summary: 'Say whether all of it still has the digests that are locked',
    load: async () => (await import('./commands/assets-verify.ts')).assetsVerifyCommand,
  },
  {
    name: 'assets add',
    summary: 'Put a file of your own into a folder of assets, and into its lock',
    load: async () => (await import('./commands/assets-add.ts')).assetsAddCommand,
  },
  {
    name: 'acceptance',
    summary: 'Try an account: make, grow, break, repair and delete a small cluster',
    load: async () => (await import('./commands/acceptance.ts')).acceptanceCommand,
  },
  {
    name: 'state show',
    summary: 'Print the state as JSON, secrets as fingerprints',
    load: async () => (await import('./commands/state-show.ts')).stateShowCommand,
  },
  {
    name: 'state history',
    summary: 'Print the journal, entry by entry',
    load: async () => (await import('./commands/state-history.ts')).stateHistoryCommand,
  },
  {
    name: 'state unlock',
    summary: 'Take the lease from a run that is gone',
    load: async () => (await import('./commands/state-unlock.ts')).stateUnlockCommand,
  },
  {
    name: 'state restore',
    summary: 'Bring the state back from a copy',
    load: async () => (await import('./commands/state-restore.ts')).stateRestoreCommand,
  },
];

export const GROUP_SUMMARIES: ReadonlyMap<string, string> = new Map([
  ['etcd', 'Look at what the cluster remembers everything in'],
  ['overlay', 'Look at the encrypted network between machines'],
  ['assets', 'What machines are given to run'],
  ['image', 'What machines of this workstation start from'],
  ['state', 'Look at the state, and mend it'],
]);
