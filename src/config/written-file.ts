import type { z } from 'zod';
import { checkManifestFolder } from './asset-place.ts';
import { checkCidr, CIDR_PATTERN } from './cidr.ts';
import { checkClusterName, checkLabel, LABEL_PATTERN } from './cluster-name.ts';
import { checkDomain } from './domain.ts';
import { choice, decimalNumber, list, namedValues, section, text, trueOrFalse, wholeNumber } from './field.ts';
import { checkImageName } from './provider-id.ts';
import { checkSshKey } from './ssh-key.ts';
import { checkTagKey, checkTagValue, TAG_KEY_PATTERN, TAG_VALUE_PATTERN, TAGS_MAX } from './tag.ts';
import { ZONE_ORIGINS } from './cluster-file.ts';
import { WrittenAssets } from './written-assets.ts';
import { WrittenNetwork } from './written-network.ts';
import { WrittenNodes } from './written-nodes.ts';

export const SYSTEMS = ['debian-13', 'debian-12', 'ubuntu-24.04'] as const;
export const REPLICAS_DEFAULT = 3;
export const ZONES_DEFAULT = 3;
export const WEATHERS = ['calm', 'mild', 'mean'] as const;
export const LOCAL_DEFAULTS = { offline: false } as const;
export const SIMULATOR_DEFAULTS = { speed: 10, seed: 1, weather: 'mild' } as const;

/** The cluster file as people write it: what is left out has a default. */
export const WrittenFile = section(
  {
    name: text({
      description: 'What the cluster is called, by you and by every command.',
      example: 'name: blog',
      constraint: 'At most 40 lower-case letters, digits and hyphens; begins with a letter.',
      change: 'never',
      pattern: LABEL_PATTERN,
      check: checkClusterName,
    }),
    provider: choice(['aws', 'simulator', 'local'], {
      description:
        'Who makes the machines: AWS, the simulator, which is an account that does not exist and costs nothing, or this workstation itself.',
      example: 'provider: aws',
      change: 'never',
    }),
    domain: text({
      description: 'The domain of the sites. The cluster makes a DNS zone of this name.',
      example: 'domain: blog.example.com',
      constraint: 'A name of yours, in lower case, without a dot at its end.',
      change: 'never',
      check: checkDomain,
      isFree: true,
    }),
    region: text({
      description: 'Where the machines stand.',
      example: 'region: eu-west-3',
      default: 'the region that the provider recommends',
      constraint: 'A region of the provider.',
      change: 'never',
      check: () => undefined,
    }).exactOptional(),
    zones: list(zone(), {
      description: 'The parts of the region that fail apart from one another. Nodes are spread over them evenly.',
      example: 'zones: [eu-west-3a, eu-west-3b, eu-west-3c]',
      default: `the first ${ZONES_DEFAULT} of the region; on a workstation the first`,
      constraint: 'Three of them survive the loss of any one.',
      change: 'never',
      min: 1,
      max: 6,
      isSet: true,
    }).exactOptional(),
    image: section(
      {
        system: choice(SYSTEMS, {
          description: 'The operating system of the nodes.',
          example: 'system: debian-13',
          default: SYSTEMS[0],
          change: 'by new machines',
          aliases: { trixie: 'debian-13', bookworm: 'debian-12', noble: 'ubuntu-24.04' },
          code: 'config.system-unsupported',
        }).exactOptional(),
        architecture: choice(['amd64', 'arm64'], {
          description: 'The kind of processor. Every machine type in the file has to be of it.',
          example: 'architecture: arm64',
          default: 'amd64; on a workstation its own',
          change: 'by new machines',
          aliases: { x86: 'amd64', x64: 'amd64', x86_64: 'amd64', aarch64: 'arm64', arm: 'arm64' },
        }).exactOptional(),
        id: text({
          description: 'One image of your own. It has to be of the system above.',
          example: 'id: ami-0abc1234def567890',
          default: 'the newest image that the maker of the system publishes',
          constraint:
            'On AWS its id; on a workstation the whole path of its file, its digest when the cache has it, or an address with the digest behind #.',
          change: 'by new machines',
          check: checkImageName,
          isFree: true,
        }).exactOptional(),
      },
      {
        description: 'What the machines start from.',
        example: 'image: { system: debian-13, architecture: arm64 }',
        default: 'Debian 13 on amd64, or on the kind of processor that a workstation has',
        change: 'part by part',
      },
    ).exactOptional(),
    assets: WrittenAssets.exactOptional(),
    manifests: text({
      description: 'A folder of manifests of Kubernetes, which every apply puts into the API of the cluster.',
      example: 'manifests: manifests',
      default: 'none',
      constraint:
        'A folder of this workstation: its whole path, or one that begins where the cluster file is. Its files called .yaml, .yml and .json are read, and those in folders in it.',
      change: 'at any time',
      check: checkManifestFolder,
      isFree: true,
    }).exactOptional(),
    nodes: WrittenNodes.exactOptional(),
    network: WrittenNetwork.exactOptional(),
    dns: section(
      {
        zone: choice(ZONE_ORIGINS, {
          description:
            'Where the records go: into a zone that the cluster makes, into one of the domain that the account has already, or into one that only its own network sees.',
          example: 'zone: existing',
          default: 'create',
          change: 'never',
        }).exactOptional(),
      },
      {
        description: 'How the domain is served.',
        example: 'dns: { zone: existing }',
        default: 'by a zone of its own',
        change: 'part by part',
      },
    ).exactOptional(),
    access: section(
      {
        from: list(
          text({
            description: 'One range of addresses.',
            example: '203.0.113.7/32',
            change: 'at any time',
            pattern: CIDR_PATTERN,
            check: checkCidr,
          }),
          {
            description: 'From where SSH and the Kubernetes API can be reached.',
            example: 'from: [203.0.113.7/32]',
            default: 'the address that you come from when the cluster is made',
            constraint:
              'At least one range of public addresses, or you lock yourself out. With provider: local 127.0.0.1/32 alone.',
            change: 'at any time',
            min: 0,
            max: 50,
            isSet: true,
          },
        ).exactOptional(),
        'ssh-key': text({
          description: 'Your public SSH key: who has its private half can log in to the machines.',
          example:
            'ssh-key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f you@workstation',
          default: 'none: nobody can log in by SSH',
          constraint: 'Of the type ssh-ed25519, or ssh-rsa with 2048 to 4096 bits.',
          change: 'by new machines',
          check: checkSshKey,
          isFree: true,
        }).exactOptional(),
      },
      {
        description: 'Who can reach the machines and how.',
        example: 'access: { from: [203.0.113.7/32] }',
        default: 'from where you are, without an SSH key',
        change: 'part by part',
      },
    ).exactOptional(),
    storage: section(
      {
        replicas: wholeNumber({
          description: 'How many copies of the data are kept, each on a node of its own.',
          example: 'replicas: 3',
          default: `${REPLICAS_DEFAULT}, or as many as there are nodes with storage`,
          constraint: 'No more than there are nodes with storage.',
          change: 'at any time',
          min: 1,
          max: 5,
        }).exactOptional(),
      },
      {
        description: 'How the data is kept.',
        example: 'storage: { replicas: 3 }',
        default: 'three copies',
        change: 'part by part',
      },
    ).exactOptional(),
    monitoring: trueOrFalse({
      description: 'Whether metrics and alerts are installed with the platform.',
      example: 'monitoring: true',
      default: 'false',
      change: 'at any time',
    }).exactOptional(),
    tags: namedValues(
      text({
        description: 'What the tag says.',
        example: 'web',
        constraint: 'In quotes when it is empty, or looks like a number or a boolean.',
        change: 'at any time',
        pattern: TAG_VALUE_PATTERN,
        check: checkTagValue,
        isFree: true,
      }),
      {
        description:
          'Tags of your own that everything of the cluster carries at the provider: for sharing costs, and for telling whose it is.',
        example: 'tags: { team: web, cost-centre: "4711" }',
        default: 'none beside the marks of the cluster',
        constraint: `At most ${TAGS_MAX}. Letters of any alphabet, digits, spaces and _ . : / = + - @ only; no key begins with aws: or bootstrap:, and none is Name.`,
        change: 'at any time',
        max: TAGS_MAX,
        checkKey: checkTagKey,
        keyPattern: TAG_KEY_PATTERN,
      },
    ).exactOptional(),
    simulator: section(
      {
        speed: decimalNumber({
          description: 'How many times faster than the clock everything in the simulated account happens.',
          example: 'speed: 20',
          default: String(SIMULATOR_DEFAULTS.speed),
          change: 'at any time',
          min: 0.1,
          max: 1_000,
        }).exactOptional(),
        seed: wholeNumber({
          description: 'Where chance begins: another seed gives other delays and faults.',
          example: 'seed: 7',
          default: String(SIMULATOR_DEFAULTS.seed),
          change: 'never',
          min: 0,
          max: Number.MAX_SAFE_INTEGER,
        }).exactOptional(),
        weather: choice(WEATHERS, {
          description: 'How the account treats you: calm fails never, mild shows things late, mean breaks them too.',
          example: 'weather: mean',
          default: SIMULATOR_DEFAULTS.weather,
          change: 'at any time',
        }).exactOptional(),
        account: text({
          description: 'The simulated account. Clusters that name the same one share it.',
          example: 'account: demo',
          default: 'one of its own, named after the cluster',
          constraint: 'At most 40 lower-case letters, digits and hyphens; begins with a letter.',
          change: 'never',
          pattern: LABEL_PATTERN,
          check: checkLabel,
        }).exactOptional(),
      },
      {
        description: 'How the simulated account behaves; only with provider: simulator.',
        example: 'simulator: { speed: 20 }',
        default: 'ten times as fast as the clock, in an account of its own',
        change: 'part by part',
      },
    ).exactOptional(),
    local: section(
      {
        offline: trueOrFalse({
          description: 'Whether the machines are kept from reaching anything outside the workstation.',
          example: 'offline: true',
          default: String(LOCAL_DEFAULTS.offline),
          change: 'never',
        }).exactOptional(),
      },
      {
        description: 'How machines of this workstation are kept; only with provider: local.',
        example: 'local: { offline: true }',
        default: 'with a way out',
        change: 'part by part',
      },
    ).exactOptional(),
  },
  {
    description: 'One cluster: its name, where it stands and what it consists of.',
    example: 'name: blog',
    change: 'part by part',
  },
);

/** As much of a file as could be read. */
export const PartialFile = WrittenFile.partial();
export type PartialFile = z.output<typeof PartialFile>;

function zone() {
  return text({
    description: 'One zone of the region.',
    example: 'eu-west-3a',
    change: 'never',
    check: () => undefined,
  });
}
