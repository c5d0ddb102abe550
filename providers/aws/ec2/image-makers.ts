import type { Architecture } from '#provider/catalogue.ts';
import type { PartitionId } from '../partition.ts';

interface Maker {
  /** Those that publish the images: a name alone anybody can give. Every partition has accounts of its own. */
  readonly accounts: Readonly<Partial<Record<PartitionId, string>>>;
  nameFor(architecture: Architecture): string;
}

/** Of the other partitions the project says nothing that can be relied on. */
const DEBIAN = { aws: '136693071363' };
const CANONICAL = { aws: '099720109477', 'aws-us-gov': '513442679011', 'aws-cn': '837727238323' };

const MAKERS: ReadonlyMap<string, Maker> = new Map<string, Maker>([
  ['debian-12', { accounts: DEBIAN, nameFor: (architecture) => `debian-12-${architecture}-*` }],
  ['debian-13', { accounts: DEBIAN, nameFor: (architecture) => `debian-13-${architecture}-*` }],
  [
    'ubuntu-24.04',
    {
      accounts: CANONICAL,
      nameFor: (architecture) => `ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-${architecture}-server-*`,
    },
  ],
]);

export function makerOf(system: string): Maker | undefined {
  return MAKERS.get(system);
}
