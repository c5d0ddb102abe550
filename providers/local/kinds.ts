import type { ResourceType } from '#engine/resource.ts';
import { localImage } from './image/local-image.ts';
import { localMachine } from './machine/machine.ts';
import { localRecord } from './names/record.ts';
import { localZone } from './names/zone.ts';
import { localNetwork } from './network/network.ts';
import { localGround } from './state/ground.ts';
import { localKey } from './state/operator-key.ts';
import { localStateKey } from './state/state-key.ts';

const KINDS: readonly ResourceType[] = [
  localStateKey,
  localGround,
  localNetwork,
  localKey,
  localImage,
  localMachine,
  localZone,
  localRecord,
];

/** Everything that this provider can make. */
export const LOCAL_TYPES: ReadonlyMap<string, ResourceType> = new Map(KINDS.map((type) => [type.kind, type]));
