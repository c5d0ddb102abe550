/** The kinds of object the toy cloud knows; the first four stand for the four classes of create call. */
export type ToyKind =
  | 'toy.server'
  | 'toy.group'
  | 'toy.network'
  | 'toy.link'
  | 'toy.record'
  | 'toy.secret-note'
  | 'toy.tenant';

export type ToyValues = Readonly<Record<string, string | number>>;

export interface KindRules {
  /** What no two living objects of the kind may share. */
  readonly uniqueBy: readonly string[];
  /** Values that are ids of objects which must exist. */
  readonly refersTo: readonly string[];
  /** Among those: the one whose end is its own end too, instead of being blocked by it. */
  readonly goesWith?: string;
  /** It can only be reached while the object of this value runs. */
  readonly livesIn?: string;
  /** Time from its creation until it is ready. */
  readonly startsWithinMs: readonly [number, number];
  /** Time from the accepted delete until it holds nothing any more. */
  readonly goesWithinMs: readonly [number, number];
  /** It is still listed, as gone, this long after it went. */
  readonly listedAfterMs: number;
  /** The values that may change while it lives. */
  readonly mutable: readonly string[];
  readonly zonal: boolean;
}

const INSTANT = [0, 0] as const;

const PLAIN = { startsWithinMs: INSTANT, goesWithinMs: INSTANT, listedAfterMs: 0, zonal: false };

export const TOY_RULES: Readonly<Record<ToyKind, KindRules>> = {
  'toy.network': { ...PLAIN, uniqueBy: [], refersTo: [], mutable: ['label'] },
  'toy.group': { ...PLAIN, uniqueBy: ['name'], refersTo: ['networkId'], mutable: ['ports'] },
  'toy.server': {
    uniqueBy: [],
    refersTo: ['networkId', 'groupId'],
    startsWithinMs: [500, 12_000],
    goesWithinMs: [500, 6_000],
    listedAfterMs: 20_000,
    mutable: ['size'],
    zonal: true,
  },
  'toy.link': {
    ...PLAIN,
    uniqueBy: ['serverId', 'groupId'],
    refersTo: ['serverId', 'groupId'],
    goesWith: 'serverId',
    mutable: ['weight'],
  },
  'toy.record': { ...PLAIN, uniqueBy: ['name'], refersTo: [], startsWithinMs: [0, 3_000], mutable: ['value', 'ttl'] },
  'toy.secret-note': { ...PLAIN, uniqueBy: ['name'], refersTo: [], mutable: ['content'] },
  'toy.tenant': {
    ...PLAIN,
    uniqueBy: ['serverId', 'name'],
    refersTo: ['serverId'],
    goesWith: 'serverId',
    livesIn: 'serverId',
    mutable: ['text'],
  },
};

/** A setting that no service accepts: the definitive failure of an update. */
export const REFUSED_SIZE = 'gigantic';
/** Servers of this image start and then break, always. */
export const BREAKING_IMAGE = 'image-that-panics';
