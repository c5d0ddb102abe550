import type { z } from 'zod';
import { list, oneOrMore, section, text, trueOrFalse, wholeNumber } from './field.ts';
import { ROLES, type RoleKey } from './roles.ts';
import { checkSize, SIZE_PATTERN } from './size.ts';

export const DATA_DISKS_DEFAULT = ['100GiB'];

/** For words alone: what it is the provider's catalogue says. */
const LOCAL_DISK = '10GiB';
const DISK_BOUNDS = { minGiB: 10, maxGiB: 16_384 };
const DATA_DISK_BOUNDS = { minGiB: 1, maxGiB: 16_384 };

const CONSTRAINTS: Readonly<Record<RoleKey, string>> = {
  'control-plane': 'Not beside converged.',
  worker: 'Beside converged only if it is written.',
  storage: 'Not beside converged.',
  converged: 'Beside it only workers may stand.',
};

/** The groups of nodes in the cluster file. */
export const WrittenNodes = section(
  {
    'control-plane': group('control-plane', groupMembers('control-plane')),
    worker: group('worker', { ...groupMembers('worker'), ...boundMembers('worker'), ...spotMembers() }),
    storage: group('storage', { ...groupMembers('storage'), ...boundMembers('storage'), ...diskMembers() }),
    converged: group('converged', { ...groupMembers('converged'), ...diskMembers() }),
  },
  {
    description:
      'The nodes, by what they are for: either control-plane, worker and storage, or converged, if need be with workers.',
    example: 'nodes: { worker: { count: 5 } }',
    default: '3 control-plane, 3 worker and 4 storage nodes; on a workstation one of each',
    change: 'part by part',
  },
);

function machineType() {
  return text({
    description: 'One machine type of the provider.',
    example: 'm7i.large',
    change: 'by new machines',
    check: () => undefined,
  });
}

export type WrittenNodes = z.output<typeof WrittenNodes>;
export type WrittenGroup = NonNullable<WrittenNodes['storage']> & Pick<NonNullable<WrittenNodes['worker']>, 'spot'>;

function groupMembers(role: RoleKey) {
  const { countMax, isVoter, count, disk } = ROLES[role];
  return {
    count: wholeNumber({
      description:
        'How many of them there are to begin with. What was scaled later is kept until this number is edited.',
      example: `count: ${count}`,
      default: `${count}; on a workstation 1`,
      constraint: isVoter ? 'Odd, since each has a vote.' : 'Between min and max.',
      change: 'at any time',
      min: 1,
      max: countMax,
    }).exactOptional(),
    machine: oneOrMore(machineType(), {
      description:
        'Machine types in the order of preference: the next is taken when the provider has none left of one.',
      example: 'machine: [m7i.large, m6i.large]',
      default:
        'the three cheapest of the provider with enough processors and memory; on a workstation the smallest of these',
      constraint: 'All of the architecture of the image.',
      change: 'by new machines',
      max: 10,
    }).exactOptional(),
    disk: text({
      description: 'The encrypted disk that the system is on.',
      example: `disk: ${disk}`,
      default: `${disk}; on a workstation ${LOCAL_DISK}`,
      constraint: 'From 10GiB to 16TiB.',
      change: 'by new machines',
      pattern: SIZE_PATTERN,
      isAmount: true,
      check: (value) => checkSize(value, DISK_BOUNDS),
    }).exactOptional(),
  };
}

function boundMembers(role: 'worker' | 'storage') {
  const { countMax, count, isStore } = ROLES[role];
  const bound = (which: 'fewest' | 'most', example: string) =>
    wholeNumber({
      description: `The ${which} nodes that a scale request can lead to.`,
      example,
      default: 'none: it is scaled by hand only',
      constraint:
        isStore && which === 'fewest'
          ? 'At most count, and no fewer than the copies of the data.'
          : `${which === 'fewest' ? 'At most' : 'At least'} count.`,
      change: 'at any time',
      min: 1,
      max: countMax,
    }).exactOptional();
  return { min: bound('fewest', `min: ${count - 1}`), max: bound('most', `max: ${count + 7}`) };
}

/** For workers alone: what has a vote or keeps data must not be taken away. */
function spotMembers() {
  return {
    spot: trueOrFalse({
      description: 'Whether the provider may take these machines back at any time, for a much lower price.',
      example: 'spot: true',
      default: 'false',
      change: 'by new machines',
    }).exactOptional(),
  };
}

function diskMembers() {
  const disk = text({
    description: 'The size of one disk.',
    example: '100GiB',
    constraint: 'From 1GiB to 16TiB.',
    change: 'by new machines',
    pattern: SIZE_PATTERN,
    isAmount: true,
    check: (value) => checkSize(value, DATA_DISK_BOUNDS),
  });
  return {
    'data-disks': list(disk, {
      description: 'Blank, encrypted disks for the data, on each of these nodes.',
      example: 'data-disks: [100GiB, 100GiB]',
      default: `[${DATA_DISKS_DEFAULT.join(', ')}]; on a workstation [${LOCAL_DISK}]`,
      change: 'by new machines',
      min: 1,
      max: 20,
      isSet: false,
    }).exactOptional(),
  };
}

function group<Members extends z.ZodRawShape>(role: RoleKey, members: Members) {
  const { description, count } = ROLES[role];
  return section(members, {
    description,
    example: `${role}: { count: ${count} }`,
    default: role === 'converged' ? 'none' : `${count} nodes, or 1 on a workstation, unless there are converged ones`,
    constraint: CONSTRAINTS[role],
    change: 'part by part',
  }).exactOptional();
}
