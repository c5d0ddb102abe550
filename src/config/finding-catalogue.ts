interface FindingClass {
  readonly severity: 'error' | 'warning';
  /** Why it matters, the same in every file. */
  readonly why: string;
}

const error = (why: string): FindingClass => ({ severity: 'error', why });
const warning = (why: string): FindingClass => ({ severity: 'warning', why });

/** Every class of finding in a cluster file. Codes are stable, texts are not. */
export const FINDING_CATALOGUE = {
  'config.too-large': error('A cluster file fits on a page; anything of that size is another file, or a trap.'),
  'config.not-utf8': error('Bytes that are no UTF-8 were lost in reading, so what was meant cannot be known.'),
  'config.hidden-character': error('What cannot be seen cannot be reviewed, and it changes the meaning of what can.'),
  'config.yaml-syntax': error('The file is not YAML, so nothing in it can be relied on.'),
  'config.many-documents': error('One file describes one cluster; a second document would be ignored silently.'),
  'config.empty': error('There is nothing here to make a cluster from.'),
  'config.directive': error('A directive changes how the rest of the file is read.'),
  'config.anchor': error('Every value stands where it is read: copies by reference hide what a change touches.'),
  'config.merge-key': error('Every value stands where it is read: merged keys hide where a value comes from.'),
  'config.tag': error('The schema says what type a value has; a tag could only contradict it.'),
  'config.complex-key': error('Keys are plain words.'),
  'config.duplicate-key': error('Only one of the two can count, and which one depends on the reader.'),
  'config.unknown-key': error('A key that nobody reads would be ignored silently.'),
  'config.misplaced-key': error('A key in the wrong place would be ignored silently.'),
  'config.missing-key': error('It has no default: only you can know it.'),
  'config.wrong-type': error('Another type is expected here, and guessing would hide a mistake.'),
  'config.empty-value': error('A key without a value is a mistake or a leftover; leave the key out for its default.'),
  'config.boolean-trap': error('Some YAML readers take this word for a boolean, others for text.'),
  'config.number-trap': error('Different YAML readers take this spelling for different values.'),
  'config.number-too-large': error('Beyond 2^53 whole numbers lose their last digits.'),
  'config.out-of-range': error('No cluster can be made with it.'),
  'config.unknown-value': error('Only these values are understood.'),
  'config.duplicate-entry': error('It is in the list twice, so another entry was probably meant.'),
  'config.lookalike-character': error('Letters of other alphabets look like ours and make another name.'),
  'config.unsafe-character': error('Names travel into file paths, commands and DNS; there these characters do harm.'),
  'config.secret-inline': error('The file is kept, shared and copied into the state; a secret in it is no secret.'),
  'config.name-invalid': error('The name becomes a label in DNS and part of every name in the cloud.'),
  'config.name-reserved': error('The name has a meaning of its own, here or on somebody’s workstation.'),
  'config.domain-invalid': error('The cluster gets a DNS zone of exactly this name.'),
  'config.domain-public-suffix': error('Nobody can own it: only names below it can be registered.'),
  'config.region-unknown': error('The provider has no such region.'),
  'config.zone-elsewhere': error('Machines can only be placed in zones of the cluster’s own region.'),
  'config.machine-unknown': error('The provider has no such machine type.'),
  'config.architecture-mismatch': error('An image starts only on machines of its own architecture.'),
  'config.system-unsupported': error('Nodes are built and tested on these systems only.'),
  'config.size-invalid': error('A size without a clear unit means different things to different people.'),
  'config.id-invalid': error('The provider has made nothing that could be called so.'),
  'config.cidr-invalid': error('It is not a range of IPv4 addresses.'),
  'config.cidr-not-canonical': error(
    'A range begins at its first address; another spelling hides which range is meant.',
  ),
  'config.cidr-not-private': error('These addresses belong to others: what they serve could not be reached any more.'),
  'config.cidr-overlap': error('An address must lead to one place.'),
  'config.cidr-too-small': error('Ranges cannot grow later, and without an address no node can join.'),
  'config.cidr-too-large': error('The provider or Kubernetes refuses a range of that size.'),
  'config.nat-unused': error('A setting for something that is not there would be ignored silently.'),
  'config.addresses-unused': error('An address that nothing points at would be paid for and used by nobody.'),
  'config.count-even': error('An even number of voters survives no more failures than one fewer, and is slower.'),
  'config.bounds-crossed': error('No count lies between these bounds.'),
  'config.count-outside-bounds': error('The first request to scale would move the count at once.'),
  'config.storage-too-few': error('Each copy of the data lies on a node of its own.'),
  'config.topology-mixed': error('Converged nodes already have every role.'),
  'config.locked-out': error('Nobody could reach the machines or the Kubernetes API.'),
  'config.ssh-key-invalid': error('Without a valid public key nobody can log in.'),
  'config.immutable': error('It is part of what the cluster is; make another cluster and move.'),
  'config.few-zones': warning('When a zone fails that holds most of the control plane, the cluster stands still.'),
  'config.not-highly-available': warning('One failure and what only it does stops.'),
  'config.no-spare-storage': warning('When one is lost, there is no place to restore the full number of copies.'),
  'config.few-replicas': warning('With fewer than three copies, one failure away from losing data is soon reached.'),
  'config.access-open': warning('Everyone can try SSH and the Kubernetes API.'),
  'config.no-ssh': warning('When something goes wrong inside a machine, nobody can look.'),
  'config.domain-private': warning('Names below it are never looked up on the Internet.'),
  'config.zone-private': warning('Visitors elsewhere look the sites up in vain.'),
  'config.machine-small': warning('The node may become ready and then run out of memory.'),
} as const satisfies Record<string, FindingClass>;

export type FindingCode = keyof typeof FINDING_CATALOGUE;
