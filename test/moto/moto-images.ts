/** As `MOTO_AMIS_PATH` wants them. */
export interface MotoImage {
  readonly ami_id: string;
  readonly name: string;
  readonly owner_id: string;
  readonly architecture: 'x86_64' | 'arm64';
  readonly creation_date: string;
  readonly [field: string]: unknown;
}

/** The account that Debian publishes its images from. */
const DEBIAN = '136693071363';

interface Release {
  readonly version: 12 | 13;
  readonly architecture: 'amd64' | 'arm64';
  /** `20260601` and what follows it in Debian's names. */
  readonly day: string;
  readonly id: string;
}

function debian({ version, architecture, day, id }: Release): MotoImage {
  const date = `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6, 8)}`;
  return {
    ami_id: id,
    name: `debian-${version}-${architecture}-${day}-2256`,
    owner_id: DEBIAN,
    description: `Debian ${version} (${day}-2256)`,
    architecture: architecture === 'amd64' ? 'x86_64' : 'arm64',
    creation_date: `${date}T03:04:05.000Z`,
    state: 'available',
    public: true,
    image_location: `amazon/debian-${version}-${architecture}-${day}-2256`,
    image_type: 'machine',
    root_device_type: 'ebs',
    root_device_name: '/dev/xvda',
    virtualization_type: 'hvm',
    hypervisor: 'xen',
    sriov: 'simple',
  };
}

/** Two of each current release, so that the newest has to be found. */
export const DEBIAN_IMAGES: readonly MotoImage[] = [
  debian({ version: 13, architecture: 'amd64', day: '20260301', id: 'ami-0d13a0000000000a1' }),
  debian({ version: 13, architecture: 'amd64', day: '20260601', id: 'ami-0d13a0000000000a2' }),
  debian({ version: 13, architecture: 'arm64', day: '20260301', id: 'ami-0d13b0000000000b1' }),
  debian({ version: 13, architecture: 'arm64', day: '20260601', id: 'ami-0d13b0000000000b2' }),
  debian({ version: 12, architecture: 'amd64', day: '20260601', id: 'ami-0d12a0000000000a1' }),
  debian({ version: 12, architecture: 'arm64', day: '20260601', id: 'ami-0d12b0000000000b1' }),
];
