import { beforeAll, describe, expect, test } from 'vitest';
import { isRejected } from '#engine/call.ts';
import type { ResourceRecord } from '#engine/record.ts';
import type { Identity, ResourceType } from '#engine/resource.ts';
import type { ProviderStand } from './provider-stand.ts';

interface Judged {
  readonly open: () => Promise<ProviderStand>;
  /** What an emulator is known to forget: requests that are recognised so are not sent twice there. */
  readonly forgets?: readonly Identity[];
}

/** Recognised by nothing but a look, so the engine never sends them twice. */
const NEVER_SENT_TWICE: readonly Identity[] = ['tag'];

/** What the engine relies on, of whatever provider: held over one small cluster, kind by kind. */
export function providerContract(title: string, { open, forgets = [] }: Judged): void {
  describe(`the provider ${title}`, () => {
    let bench: Bench;

    beforeAll(async () => {
      const stand = await open();
      await stand.apply();
      bench = new Bench(stand, await stand.records());
    });

    test('has made something of every kind that the cluster asks for', () => {
      expect(bench.records.length).toBeGreaterThan(5);
      expect(bench.records.filter(({ status }) => status !== 'ready')).toEqual([]);
    });

    test('shows everything as present, ready, and of the instance that it was made for', async () => {
      expect(await bench.strange((record) => bench.misSeen(record))).toEqual([]);
    });

    test('has nothing to change where nothing differs', async () => {
      expect(await bench.strange(async (record) => (await bench.stand.sync(record)).changes[0])).toEqual([]);
      expect(await bench.stand.pending()).toEqual([]);
    });

    test('makes no second thing when a request comes a second time', async () => {
      const before = await bench.stand.walk();
      const left = [...NEVER_SENT_TWICE, ...forgets];
      const isSent = (record: ResourceRecord): boolean => !left.includes(bench.typeOf(record).identity);
      expect(await bench.strange((record) => bench.doubled(record), isSent)).toEqual([]);
      expect(await bench.stand.walk()).toEqual(before);
    });

    test('lists exactly what bears the mark of the cluster', async () => {
      expect(await bench.misListed()).toEqual([]);
    });

    test('finds the whole cluster without its state, and nothing when it is gone', async () => {
      expect((await bench.stand.walk()).length).toBeGreaterThan(2);
      await bench.stand.delete();
      expect(await bench.stand.walk()).toEqual([]);
      expect(await bench.stand.records()).toEqual([]);
      expect(await bench.strange((record) => bench.leftOver(record))).toEqual([]);
    });
  });
}

/** Says in words what is not as it should be; undefined: nothing. */
type Judge = (record: ResourceRecord) => Promise<string | undefined>;

class Bench {
  readonly stand: ProviderStand;
  readonly records: readonly ResourceRecord[];

  constructor(stand: ProviderStand, records: readonly ResourceRecord[]) {
    this.stand = stand;
    this.records = records;
  }

  typeOf({ kind }: ResourceRecord): ResourceType {
    const type = this.stand.types.get(kind);
    if (type === undefined) throw new Error(`Nobody knows the kind ${kind}.`);
    return type;
  }

  /** What differs from what is expected, by the address of the resource. */
  async strange(judge: Judge, isJudged: (record: ResourceRecord) => boolean = () => true): Promise<readonly string[]> {
    const found: string[] = [];
    for (const record of this.records.filter(isJudged)) {
      const what = await judge(record);
      if (what !== undefined) found.push(`${record.address}: ${what}`);
    }
    return found;
  }

  async misSeen(record: ResourceRecord): Promise<string | undefined> {
    const seen = await this.stand.observe(record);
    if (seen.state !== 'present') return seen.state;
    if (seen.owner?.instanceId !== record.instanceId) return `owned by ${seen.owner?.instanceId ?? 'nobody'}`;
    return seen.condition.is === 'ready' ? undefined : seen.condition.is;
  }

  async doubled(record: ResourceRecord): Promise<string | undefined> {
    const type = this.typeOf(record);
    const known = type.idOf(record.outputs);
    try {
      const id = type.idOf(await this.stand.createAgain(record));
      return id === known ? undefined : `${id} besides ${known}`;
    } catch (error) {
      return isRejected(error, 'exists') ? undefined : String(error);
    }
  }

  async misListed(): Promise<readonly string[]> {
    const found: string[] = [];
    for (const kind of new Set(this.records.map((record) => record.kind))) {
      const listed = await this.stand.list(kind);
      const ours = this.records.filter((record) => record.kind === kind).map(({ instanceId }) => instanceId);
      if (listed !== undefined && listed.join() !== ours.toSorted().join()) found.push(`${kind}: ${listed.join()}`);
    }
    return found;
  }

  async leftOver(record: ResourceRecord): Promise<string | undefined> {
    const { state } = await this.stand.observe(record);
    return state === 'absent' ? undefined : state;
  }
}
