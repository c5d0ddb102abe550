import type { Readings } from './readings.ts';
import type { Shape } from './shape.ts';

/** By operation. */
export type Shapes = Map<string, Shape>;

interface Sides {
  readonly simulator: Shapes;
  readonly emulator: Shapes;
}

/**
 * `ec2.DescribeVpcs Vpcs[].State: string, emulator: none`, for every place that is read and looks otherwise on the other
 * side. What was seen on neither side says nothing.
 */
export function shapeDifferences(readings: Readings, { simulator, emulator }: Sides): readonly string[] {
  return [...readings]
    .flatMap(([operation, places]) =>
      [...places].flatMap((place) => {
        const [ours, theirs] = [simulator, emulator].map((side) => typesAt(side.get(operation), place));
        return ours === theirs ? [] : [`${operation} ${place}: simulator ${ours}, emulator ${theirs}`];
      }),
    )
    .toSorted();
}

function typesAt(shape: Shape | undefined, place: string): string {
  const types = [...(shape?.get(place) ?? [])];
  return types.length === 0 ? 'none' : types.toSorted().join(' or ');
}
