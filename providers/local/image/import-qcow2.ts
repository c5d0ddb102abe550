/** What stands at the beginning of a qcow2 file, as far as it decides whether machines can start from it. */
interface Qcow2Header {
  readonly version: number;
  readonly backingFileOffset: bigint;
  readonly clusterBits: number;
  readonly virtualBytes: bigint;
  readonly encryption: number;
  readonly l1Entries: number;
  readonly l1Offset: bigint;
  readonly incompatible: bigint;
}

const MAGIC = 0x51_46_49_fb;
const LENGTH_VERSION_2 = 72;
const LENGTH_VERSION_3 = 104;
const L1_ENTRY_BYTES = 8;

const CLUSTER_BITS_MIN = 9;
const CLUSTER_BITS_MAX = 21;

/** Beside these there are the way of compression (8) and larger tables (16): QEMU knows both since 5.2. */
const FEATURES = { dirty: 1n, corrupt: 2n, externalData: 4n } as const;
const KNOWN_FEATURES = 31n;

export function isQcow2(head: Uint8Array): boolean {
  return head.length >= 4 && view(head).getUint32(0) === MAGIC;
}

interface Objection {
  readonly why: string | ((header: Qcow2Header) => string);
  readonly holds: (header: Qcow2Header, size: number) => boolean;
}

const OBJECTIONS: readonly Objection[] = [
  {
    holds: ({ version }) => version !== 2 && version !== 3,
    why: ({ version }) => `It is qcow2 of version ${version}; known are 2 and 3.`,
  },
  {
    holds: ({ backingFileOffset }) => backingFileOffset !== 0n,
    why: 'It is only what differs from another file (a backing file), which could change or go. Make one file of both with qemu-img convert.',
  },
  { holds: ({ encryption }) => encryption !== 0, why: 'It is encrypted.' },
  {
    holds: ({ incompatible }) => (incompatible & FEATURES.externalData) !== 0n,
    why: 'Its data are in another file. Make one file of both with qemu-img convert.',
  },
  {
    holds: ({ incompatible }) => (incompatible & FEATURES.corrupt) !== 0n,
    why: 'It is marked as damaged. See qemu-img check.',
  },
  {
    holds: ({ incompatible }) => (incompatible & FEATURES.dirty) !== 0n,
    why: 'It was in use when its machine ended, and was not put in order since: qemu-img check -r all does that.',
  },
  {
    holds: ({ incompatible }) => (incompatible & ~KNOWN_FEATURES) !== 0n,
    why: 'It has features of qcow2 that are not known here.',
  },
  {
    holds: ({ clusterBits }) => clusterBits < CLUSTER_BITS_MIN || clusterBits > CLUSTER_BITS_MAX,
    why: 'Its qcow2 header makes no sense: the size of its clusters.',
  },
  { holds: ({ virtualBytes }) => virtualBytes === 0n, why: 'It is a disk of no size.' },
  {
    holds: ({ l1Entries, l1Offset }, size) => l1Offset + BigInt(l1Entries * L1_ENTRY_BYTES) > BigInt(size),
    why: 'It is cut off: its table lies behind its end.',
  },
];

/** Why no machine may start from it. Undefined: nothing speaks against it. `size`: of the whole file. */
export function troubleOfQcow2(head: Uint8Array, size: number): string | undefined {
  const header = headerOf(head);
  if (header === undefined) return 'Its qcow2 header is cut off.';
  const found = OBJECTIONS.find(({ holds }) => holds(header, size));
  return typeof found?.why === 'function' ? found.why(header) : found?.why;
}

function headerOf(head: Uint8Array): Qcow2Header | undefined {
  if (head.length < LENGTH_VERSION_2) return undefined;
  const fields = view(head);
  const version = fields.getUint32(4);
  if (version === 3 && head.length < LENGTH_VERSION_3) return undefined;
  return {
    version,
    backingFileOffset: fields.getBigUint64(8),
    clusterBits: fields.getUint32(20),
    virtualBytes: fields.getBigUint64(24),
    encryption: fields.getUint32(32),
    l1Entries: fields.getUint32(36),
    l1Offset: fields.getBigUint64(40),
    incompatible: version === 3 ? fields.getBigUint64(72) : 0n,
  };
}

function view({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
