import { ASSET_PROBLEMS } from './asset-problems.ts';
import { KUBERNETES_PROBLEMS } from './kubernetes-problems.ts';
import { LOCAL_PROBLEMS } from './local-problems.ts';
import { UPGRADE_PROBLEMS } from './upgrade-problems.ts';
import { WORKSTATION_PROBLEMS } from './workstation-problems.ts';

export type Blame = 'user' | 'provider' | 'us';

interface CatalogueEntry {
  /** Fixed text, without the values of a case. */
  readonly summary: string;
  readonly blame: Blame;
  /** What to do; the last line is the command alone. */
  readonly remedy: string;
}

/** Every code that can leave the core. Codes are stable, texts are not. */
export const PROBLEM_CATALOGUE = {
  internal: {
    summary: 'A defect in this program',
    blame: 'us',
    remedy:
      'Nothing is lost: the journal holds every intent. Report it with the run log, then continue:\n  bootstrap apply NAME',
  },
  'state.lease-held': {
    summary: 'Another run holds the lease on this cluster',
    blame: 'user',
    remedy:
      'Wait for it to end; a run that died is taken over by itself. Only when you know that it is gone, and do not want to wait:\n  bootstrap state unlock NAME',
  },
  'state.lease-expired': {
    summary: 'The lease ran out before it could be renewed',
    blame: 'provider',
    remedy:
      'Nothing is lost: the journal holds every intent. When the state can be reached again, continue:\n  bootstrap apply NAME',
  },
  'state.fenced': {
    summary: 'Another run has taken over this cluster',
    blame: 'user',
    remedy: 'This run stopped without harm and the other one goes on. See what it does:\n  bootstrap events NAME',
  },
  'state.unavailable': {
    summary: 'The state could not be reached',
    blame: 'provider',
    remedy:
      'Nothing is lost: what was started is in the journal. Check the network and the store, then continue:\n  bootstrap apply NAME',
  },
  'state.denied': {
    summary: 'Access to the state was refused',
    blame: 'user',
    remedy:
      'Check whose credentials are in use and what they may do with the place named above:\n  bootstrap status NAME',
  },
  'state.store-full': {
    summary: 'There is no room left for the state',
    blame: 'user',
    remedy: 'Free space in the place named above; nothing is lost, then continue:\n  bootstrap apply NAME',
  },
  'state.corrupt': {
    summary: 'A part of the state is damaged',
    blame: 'provider',
    remedy:
      'Nothing was changed. Restore the object named above from its last good version or from a backup, then check:\n  bootstrap status NAME',
  },
  'state.head-missing': {
    summary: 'The head of the state is missing while its journal is there',
    blame: 'user',
    remedy:
      'Nothing was changed. Restore head.json from its last version or from a backup, then check:\n  bootstrap status NAME',
  },
  'state.lineage-differs': {
    summary: 'This state belongs to another cluster',
    blame: 'user',
    remedy: 'Nothing was changed. Check the name of the cluster and where its state is kept:\n  bootstrap status NAME',
  },
  'state.format-newer': {
    summary: 'The state was written by a newer version of this program',
    blame: 'user',
    remedy:
      'Nothing was changed. Install the newer version, then see whether it reads the state:\n  bootstrap status NAME',
  },
  'state.seal-broken': {
    summary: 'A sealed value cannot be opened',
    blame: 'user',
    remedy:
      'Either the key is not the one that sealed it or the state was altered. Restore the right key, then check:\n  bootstrap status NAME',
  },
  'state.key-missing': {
    summary: 'The key that sealed the state is missing',
    blame: 'user',
    remedy:
      'Copy the key file from the workstation that created the cluster, or from its backup, then check:\n  bootstrap status NAME',
  },
  'state.store-unfit': {
    summary: 'This store does not keep conditional writes apart',
    blame: 'provider',
    remedy:
      'Two runs could corrupt the state there. Keep the state on a local disk or in a store with conditional writes, then check:\n  bootstrap status NAME',
  },
  'state.blueprint-missing': {
    summary: 'A blueprint that was applied is not in the state',
    blame: 'us',
    remedy: 'Without it nothing can be rolled back to it. Apply the cluster file as it is now:\n  bootstrap apply NAME',
  },
  'state.not-deleted': {
    summary: 'The cluster still exists',
    blame: 'user',
    remedy: 'Its state is kept until everything is destroyed. Destroy the cluster first:\n  bootstrap delete NAME',
  },
  'state.absent': {
    summary: 'There is no state where it should be',
    blame: 'user',
    remedy:
      'The cluster was deleted, or its state was removed by other means. Look through the account, and forget the cluster when nothing is left of it:\n  bootstrap delete NAME',
  },
  'state.moved': {
    summary: 'The state has moved to another place',
    blame: 'user',
    remedy:
      'Nothing was changed. A cluster that is being deleted goes back to the workstation that deletes it; everywhere else, look again:\n  bootstrap status NAME',
  },
  'state.moving': {
    summary: 'The state is on its way to another place',
    blame: 'user',
    remedy:
      'Nothing is lost: neither place may change anything before it has arrived. Finish it on the workstation that began it:\n  bootstrap apply NAME',
  },
  'state.in-the-way': {
    summary: 'Another state is where one is to be restored',
    blame: 'user',
    remedy:
      'Nothing was changed. Move the directory named above out of the way, then restore again:\n  bootstrap state restore NAME --from DIRECTORY',
  },
  'emulator.refused': {
    summary: 'This is no emulator at a private address',
    blame: 'user',
    remedy:
      'Nothing was sent. Let the endpoint of every service lead to the emulator, such as AWS_ENDPOINT_URL=http://127.0.0.1:5000, or leave out --emulator. Then again:\n  bootstrap plan NAME',
  },
  'acceptance.over-budget': {
    summary: 'The trial would cost more than may be spent',
    blame: 'user',
    remedy: 'Nothing was made. Allow more, or choose a cheaper region:\n  bootstrap acceptance --budget DOLLARS',
  },
  'acceptance.leftover': {
    summary: 'A cluster of an earlier trial is still there',
    blame: 'user',
    remedy: 'Nothing was made. Delete it first:\n  bootstrap delete acceptance',
  },
  'acceptance.failed': {
    summary: 'The cluster did not do what was asked of it',
    blame: 'provider',
    remedy: 'The trial goes on with its deletion. See what happened:\n  bootstrap events acceptance',
  },
  'acceptance.report-invalid': {
    summary: 'This is not an acceptance report as it was signed',
    blame: 'user',
    remedy: 'Ask for the file as it was written, or make a report of your own:\n  bootstrap acceptance --help',
  },
  'acceptance.key-unusable': {
    summary: 'The key that signs reports cannot be used',
    blame: 'user',
    remedy: 'See to the file named above; without it the next trial makes another key:\n  bootstrap acceptance --help',
  },
  'workstation.unusable': {
    summary: 'A file of this workstation cannot be used',
    blame: 'user',
    remedy:
      'Nothing is lost: what was begun is in the journal. See to the place named above, then look what is known here:\n  bootstrap list',
  },
  'cluster.unknown': {
    summary: 'This workstation does not know the cluster',
    blame: 'user',
    remedy:
      'Check the name, or make the cluster known here when it was created elsewhere:\n  bootstrap attach NAME --provider PROVIDER --region REGION',
  },
  'cluster.not-found': {
    summary: 'The account has no cluster of that name',
    blame: 'user',
    remedy:
      'Check the account, the region and the name; the name of the state bucket finds it for sure:\n  bootstrap attach NAME --provider PROVIDER --region REGION --bucket BUCKET',
  },
  'cluster.exists-differently': {
    summary: 'A cluster of that name exists and is another one',
    blame: 'user',
    remedy: 'Nothing was changed. Choose another name, or see what the existing one is:\n  bootstrap status NAME',
  },
  'cluster.file-unreadable': {
    summary: 'The cluster file cannot be read',
    blame: 'user',
    remedy: 'Check the path and who may read it, then look again:\n  bootstrap validate --file FILE',
  },
  'cluster.file-overtaken': {
    summary: 'The cluster file was changed here and elsewhere',
    blame: 'user',
    remedy: 'Nothing was changed. Bring both together in one file, then apply that one:\n  bootstrap apply --file FILE',
  },
  'address.unknown': {
    summary: 'The cluster has no such resource',
    blame: 'user',
    remedy: 'See which there are:\n  bootstrap state show NAME',
  },
  'data.not-kept': {
    summary: 'The data on some machines could not be kept',
    blame: 'provider',
    remedy:
      'Nothing was destroyed. Repair the machines, or save what is on them and delete the cluster without --keep-data:\n  bootstrap apply NAME',
  },
  'access.unknown': {
    summary: 'It is not known from which address you come',
    blame: 'user',
    remedy:
      'Nothing is ever open to everybody by default. Write who may reach SSH and the API into the cluster file, such as access: { from: [203.0.113.7/32] }, or give create the option --from. More about it:\n  bootstrap explain access',
  },
  'config.invalid': {
    summary: 'The cluster file cannot be used',
    blame: 'user',
    remedy: 'Nothing was sent. Correct the places named above, then look again:\n  bootstrap validate FILE',
  },
  'config.path-unknown': {
    summary: 'No such place in the cluster file',
    blame: 'user',
    remedy: 'See what can be written at the top of the file and go on from there:\n  bootstrap explain',
  },
  'address.invalid': {
    summary: 'A name that cannot be an address',
    blame: 'us',
    remedy:
      'Addresses are lower-case words joined by dots, such as network.vpc. See what is declared:\n  bootstrap plan NAME',
  },
  'blueprint.duplicate': {
    summary: 'Two resources of one address',
    blame: 'us',
    remedy: 'Every declared resource needs an address of its own. See what is declared:\n  bootstrap plan NAME',
  },
  'blueprint.dangling': {
    summary: 'A resource needs one that is not declared',
    blame: 'us',
    remedy: 'Declare the missing resource or drop the reference, then look again:\n  bootstrap plan NAME',
  },
  'blueprint.cycle': {
    summary: 'Resources that wait for one another',
    blame: 'us',
    remedy: 'Break the circle by dropping one of its references, then look again:\n  bootstrap plan NAME',
  },
  'blueprint.kind-unknown': {
    summary: 'A kind of resource that this provider does not have',
    blame: 'user',
    remedy:
      'The state or the cluster file speaks of another provider or a newer version of this program:\n  bootstrap --version',
  },
  'blueprint.inputs-invalid': {
    summary: 'Inputs that the kind does not accept',
    blame: 'user',
    remedy: 'Nothing was sent. Correct the value in the cluster file, then look again:\n  bootstrap plan NAME',
  },
  'blueprint.output-unknown': {
    summary: 'A reference to an output that does not exist',
    blame: 'us',
    remedy: 'The referenced resource has no such output. See what it has:\n  bootstrap why ADDRESS',
  },
  'plan.stale': {
    summary: 'The state has moved on since the plan was made',
    blame: 'user',
    remedy: 'Nothing was sent. Make the plan anew and read it again:\n  bootstrap plan NAME',
  },
  'plan.overtaken': {
    summary: 'Reality is not what the plan saw',
    blame: 'user',
    remedy: 'Something changed after the plan was made. Plan and apply anew:\n  bootstrap apply NAME',
  },
  'plan.file-invalid': {
    summary: 'A file that is not a saved plan',
    blame: 'user',
    remedy: 'Save the plan again with this version of the program:\n  bootstrap plan NAME --out FILE',
  },
  'preflight.failed': {
    summary: 'The account is not ready for what is planned',
    blame: 'user',
    remedy: 'Nothing was made. When what is named above is mended, run again:\n  bootstrap apply NAME',
  },
  'apply.interrupted': {
    summary: 'The run was left before it was done',
    blame: 'user',
    remedy: 'Nothing is lost. The next run finds what was under way and goes on from there:\n  bootstrap apply NAME',
  },
  'adopt.not-found': {
    summary: 'The object to adopt does not exist',
    blame: 'user',
    remedy: 'Check the id in the cluster file, then look again:\n  bootstrap plan NAME',
  },
  'adopt.not-ours': {
    summary: 'The object to adopt is not provably yours',
    blame: 'user',
    remedy:
      "Adoption needs proof: tag the object with this cluster's uid yourself, then run again:\n  bootstrap apply NAME",
  },
  'resource.name-taken': {
    summary: 'Somebody else has an object of that name',
    blame: 'user',
    remedy: 'It was not touched. Rename or remove it, or choose another name, then run again:\n  bootstrap apply NAME',
  },
  'resource.foreign': {
    summary: 'The object in its place is not ours',
    blame: 'user',
    remedy: 'It was not touched. Find out who changed its tags, then look again:\n  bootstrap plan NAME',
  },
  'resource.vanished': {
    summary: 'It disappeared while it was worked on',
    blame: 'provider',
    remedy: 'The next run makes it anew:\n  bootstrap apply NAME',
  },
  'resource.unreachable': {
    summary: 'It cannot be reached',
    blame: 'provider',
    remedy: 'Nothing is created or destroyed on a guess. When it answers again:\n  bootstrap apply NAME',
  },
  'resource.not-ready': {
    summary: 'It did not become ready in time',
    blame: 'provider',
    remedy: 'The next run looks again, and replaces what has been given up:\n  bootstrap apply NAME',
  },
  'resource.failed': {
    summary: 'It failed while it was made ready',
    blame: 'provider',
    remedy: 'When the cause is gone, the next run replaces what failed:\n  bootstrap apply NAME',
  },
  'resource.not-gone': {
    summary: 'It did not go away in time',
    blame: 'provider',
    remedy: 'The next run goes on where this one stopped:\n  bootstrap apply NAME',
  },
  'resource.not-confirmed': {
    summary: 'A change was accepted but is not to be seen',
    blame: 'provider',
    remedy: 'Somebody else may be changing it back. See who holds it, then run again:\n  bootstrap apply NAME',
  },
  'resource.keeps-breaking': {
    summary: 'It keeps dying while it starts',
    blame: 'provider',
    remedy: "The provider's reason is in the events; when it is mended, run again:\n  bootstrap events NAME",
  },
  'resource.outputs-invalid': {
    summary: 'The provider answered what its own schema forbids',
    blame: 'us',
    remedy: 'Report it with the run log. Nothing was changed by this look:\n  bootstrap events NAME',
  },
  'call.rejected': {
    summary: 'The provider refused a request',
    blame: 'provider',
    remedy: 'Nothing was made by it. When the reason is mended, run again:\n  bootstrap apply NAME',
  },
  'region.unknown': {
    summary: 'There is no such region',
    blame: 'user',
    remedy: 'Write one that the provider has, such as eu-west-3:\n  bootstrap permissions --policy --region REGION',
  },
  'call.unanswered': {
    summary: 'The provider did not answer in time',
    blame: 'provider',
    remedy:
      'The request may still be executed; the next run finds out before it sends another:\n  bootstrap apply NAME',
  },
  'call.quota': {
    summary: 'A quota of the account is used up',
    blame: 'user',
    remedy: 'What was made stays. Ask the provider for more, then run again:\n  bootstrap apply NAME',
  },
  'call.capacity': {
    summary: 'The provider has no capacity left in any allowed place',
    blame: 'provider',
    remedy: 'Allow another zone or machine type in the cluster file, or wait, then run again:\n  bootstrap apply NAME',
  },
  'call.denied': {
    summary: 'The credentials do not allow it',
    blame: 'user',
    remedy: 'Grant the permission named above, then run again:\n  bootstrap apply NAME',
  },
  'call.credentials': {
    summary: 'There are no valid credentials',
    blame: 'user',
    remedy: 'Log in to the provider, then go on:\n  bootstrap apply NAME',
  },
  'call.blocked': {
    summary: 'Something still depends on what is to go',
    blame: 'provider',
    remedy: 'The blocker is named above. When it is gone, run again:\n  bootstrap apply NAME',
  },
  ...WORKSTATION_PROBLEMS,
  ...KUBERNETES_PROBLEMS,
  ...UPGRADE_PROBLEMS,
  ...LOCAL_PROBLEMS,
  ...ASSET_PROBLEMS,
} as const satisfies Record<string, CatalogueEntry>;

export type ProblemCode = keyof typeof PROBLEM_CATALOGUE;
