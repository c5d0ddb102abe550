import { mixSeeds, SeededRandom } from '../seeded-random.ts';
import type { ToyValues } from '../toy-rules.ts';
import { abstractType, type AbstractType, type ValueNames } from './abstract-type.ts';
import type { Part } from './template.ts';

/** What plays an abstract resource: a kind of the toy cloud, with values of its own that never change. */
export interface Role {
  readonly type: AbstractType;
  readonly names: ValueNames;
  readonly isAttachment: boolean;
  constants(name: string): ToyValues;
}

const TOKEN = role('token', 'toy.server', { fixed: 'image', free: 'size' }, (name) => ({
  name,
  networkId: 'network-1',
  groupId: 'group-3',
}));
const TAG = role('tag', 'toy.network', { fixed: 'cidr', free: 'label' });
const NAME = role('name', 'toy.record', { fixed: 'name', free: 'value' }, () => ({ ttl: 300 }));
/** Its name does not change when it is replaced, so the old one has to go before the new one comes. */
const SAME_NAME = role('name', 'toy.secret-note', { fixed: 'scope', free: 'content' }, (name) => ({ name }));
const ATTACHMENT = role('attachment', 'toy.link', { fixed: 'groupId', free: 'weight' }, () => ({
  serverId: 'network-2',
}));

const ALL: readonly Role[] = [TOKEN, TAG, NAME, SAME_NAME];

const CHOICES = { any: ALL, twins: [TOKEN, TAG, NAME], name: [NAME] } as const;

/**
 * What a scenario asks of those who play its parts. `twins`: its old and its new object can live side by side;
 * `name`: the value that forces a replacement is a name that no two can have.
 */
export type Wishes = Readonly<Record<string, keyof typeof CHOICES>>;

export const ABSTRACT_TYPES: ReadonlyMap<string, AbstractType> = new Map(
  [...ALL, ATTACHMENT].map(({ type }) => [type.kind, type]),
);

/** Which kind plays which part: drawn from the seed, the same throughout a scenario. */
export class Casting {
  readonly #seed: number;
  readonly #wishes: Wishes;

  constructor(seed: number, wishes: Wishes) {
    this.#seed = seed;
    this.#wishes = wishes;
  }

  roleOf(name: string, { on }: Part): Role {
    const letters = Array.from(name, (letter) => letter.charCodeAt(0));
    const random = new SeededRandom(mixSeeds(this.#seed, ...letters));
    if (random.chance(0.5) && on !== undefined) return ATTACHMENT;
    return random.pick(CHOICES[this.#wishes[name] ?? 'any']);
  }
}

function role(
  ...[identity, kind, names, constants = () => ({})]: [...Parameters<typeof abstractType>, Role['constants']?]
): Role {
  return { type: abstractType(identity, kind, names), names, isAttachment: identity === 'attachment', constants };
}
