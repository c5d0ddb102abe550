import { DescribeAvailabilityZonesCommand } from '@aws-sdk/client-ec2';
import type { PreflightFinding } from '#provider/preflight.ts';
import { asking, bad, type Check, good, type Look, warning } from './look.ts';
import { offering } from './facts.ts';
import { plannedMachines, type PlannedMachine, plannedObjects } from './planned.ts';

/** Whether the account has the zones at all: which ones differs from account to account. */
export const zonesCheck: Check = {
  name: 'zones',

  async find({ aws, context, request }) {
    const isNeeded = ['aws.ec2.subnet', 'aws.ec2.instance'].some(
      (kind) => plannedObjects(request.plan, kind).length > 0,
    );
    if (!isNeeded) return [];
    const command = new DescribeAvailabilityZonesCommand({
      Filters: [{ Name: 'zone-type', Values: ['availability-zone'] }],
    });
    const question = aws.ec2.read(context, 'list the zones of the region', command);
    const { AvailabilityZones = [] } = await asking('ec2:DescribeAvailabilityZones', question);
    const usable = AvailabilityZones.flatMap(({ ZoneName, State }) => (State === 'available' ? (ZoneName ?? []) : []));
    const missing = request.zones.filter((zone) => !usable.includes(zone));
    if (missing.length === 0) return [good('zones', `${list(request.zones)}: available to this account.`)];
    const what = `${list(missing)}: not available to this account; it has ${list(usable)}.`;
    return [bad('zones', what, 'Write zones that are there in the cluster file.')];
  },
};

/** A machine needs one place that has one of its types; those that have not are passed over when it is launched. */
export const machineTypesCheck: Check = {
  name: 'machine-types',

  async find({ request, facts }: Look): Promise<readonly PreflightFinding[]> {
    const machines = plannedMachines(request.plan);
    if (machines.length === 0) return [];
    const offered = await facts.offerings();
    const nowhere = groups(machines.filter((machine) => placesOf(machine).every((place) => !offered.has(place))));
    if (nowhere.length > 0) {
      return nowhere.map(({ types, zones, count }) =>
        bad(
          'machine-types',
          `${counted(count)}: ${list(zones)} ${zones.length === 1 ? 'offers' : 'offer'} none of ${list(types)}.`,
          'Write another machine type or another zone in the cluster file.',
        ),
      );
    }
    const lacking = [...new Set(machines.flatMap(placesOf))].filter((place) => !offered.has(place));
    const types = [...new Set(machines.flatMap((machine) => machine.types))];
    if (lacking.length === 0) return [good('machine-types', `${list(types)}: offered in every zone.`)];
    const what = `Not offered: ${list(lacking.map((place) => place.replace(/^(.*)\/(.*)$/, '$2 in $1')))}.`;
    return [warning('machine-types', what, 'The other places and types of these machines take their place.')];
  },
};

function placesOf({ zones, types }: PlannedMachine): readonly string[] {
  return zones.flatMap((zone) => types.map((type) => offering(zone, type)));
}

interface Group {
  readonly types: readonly string[];
  readonly zones: readonly string[];
  readonly count: number;
}

/** Machines that may stand in the same places, told as one. */
function groups(machines: readonly PlannedMachine[]): readonly Group[] {
  const alike = Map.groupBy(machines, ({ types, zones }) => `${types.join()} ${zones.toSorted().join()}`);
  return [...alike.values()].flatMap((members) => {
    const [first] = members;
    return first === undefined ? [] : [{ types: first.types, zones: first.zones.toSorted(), count: members.length }];
  });
}

function counted(count: number): string {
  return count === 1 ? 'One machine has no place' : `${count} machines have no place`;
}

function list(words: readonly string[]): string {
  return words.length === 0 ? 'none' : words.join(', ');
}
