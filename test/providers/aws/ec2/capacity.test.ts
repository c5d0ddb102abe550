import { RunInstancesCommand } from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import type { AwsClients } from '#providers/aws/clients.ts';
import { CALM_WEATHER, type Weather } from '#providers/simulator/weather.ts';
import { CloudStand } from '../support/cloud-stand.ts';
import { type DeclaredMachine, ZONES } from '../support/declared-cluster.ts';

const [FIRST = ''] = ZONES;
/** A request may be under way for 30 seconds, and what it made may be unseen for 60. */
const UNTIL_CERTAIN_MS = 90_000;

function oneWorker(spot: boolean): readonly DeclaredMachine[] {
  return [{ name: 'worker-1', role: 'worker', zones: ZONES.slice(0, 2), types: ['m7i.large'], spot }];
}

/** No capacity in the first zone as long as it is said. */
class Drought implements Pick<Weather, 'exhausted'> {
  lasts = true;

  get exhausted(): readonly string[] {
    return this.lasts ? [FIRST] : [];
  }

  weather(): Weather {
    return Object.defineProperty({ ...CALM_WEATHER }, 'exhausted', { get: () => this.exhausted });
  }
}

interface Journey {
  readonly stand: CloudStand;
  /** When each launch was asked for, and where. */
  readonly asked: readonly { readonly atMs: number; readonly subnet: string | undefined }[];
}

/** The first launch gets no answer; `arrives` decides what becomes of it. */
async function journey(drought: Drought, arrives: (send: () => void, stand: CloudStand) => void): Promise<Journey> {
  const asked: { atMs: number; subnet: string | undefined }[] = [];
  const stands: CloudStand[] = [];
  const overlook = (clients: AwsClients): AwsClients => {
    const real: Sender = clients.ec2;
    const send: Sender['send'] = (command, options) => {
      const [stand] = stands;
      if (!(command instanceof RunInstancesCommand) || stand === undefined) return real.send(command, options);
      asked.push({ atMs: stand.clock.monotonicMs(), subnet: command.input.SubnetId });
      if (asked.length > 1) return real.send(command, options);
      // Whoever sent it has long stopped listening when it arrives.
      arrives(() => void real.send(command).catch(() => undefined), stand);
      return new Promise(() => undefined);
    };
    return { ...clients, ec2: new LossyClient(send) };
  };
  const stand = await CloudStand.open({ weather: drought.weather(), overlook });
  stands.push(stand);
  return { stand, asked };
}

interface Sender {
  send(command: object, options?: object): Promise<unknown>;
}

class LossyClient {
  readonly #send: Sender['send'];

  constructor(send: Sender['send']) {
    this.#send = send;
  }

  send<Output>(command: object, options?: object): Promise<Output>;
  send(command: object, options?: object): Promise<unknown> {
    return this.#send(command, options);
  }
}

async function whereabouts(stand: CloudStand): Promise<readonly string[]> {
  return (await stand.machines()).map(({ Placement }) => Placement?.AvailabilityZone ?? '');
}

describe.each([
  ['on demand', false],
  ['as spot', true],
])('a machine %s whose first zone has no capacity', (_name, spot) => {
  test('stands in the next zone at once when that is all that is known', async () => {
    const stand = await CloudStand.open({ weather: new Drought().weather() });
    const before = stand.clock.monotonicMs();
    expect(await stand.apply({ machines: oneWorker(spot) })).toMatchObject({ ok: true });
    expect(await whereabouts(stand)).toEqual([ZONES[1]]);
    expect(stand.clock.monotonicMs() - before).toBeLessThan(UNTIL_CERTAIN_MS);
  });

  test('stands in the next zone only when a request that got no answer can make nothing any more', async () => {
    const { stand, asked } = await journey(new Drought(), () => undefined);
    expect(await stand.apply({ machines: oneWorker(spot) })).toMatchObject({ ok: true });
    expect(await whereabouts(stand)).toEqual([ZONES[1]]);
    const [first, last] = [asked[0], asked.at(-1)];
    expect(asked.map(({ subnet }) => subnet === first?.subnet)).toEqual([true, true, false]);
    expect((last?.atMs ?? 0) - (asked[1]?.atMs ?? Infinity)).toBeGreaterThanOrEqual(UNTIL_CERTAIN_MS);
  });

  test('is made once when a request that got no answer arrives after another was refused', async () => {
    const drought = new Drought();
    const { stand, asked } = await journey(drought, (send, { clock }) => {
      const arrive = async (): Promise<void> => {
        await clock.sleep(25_000);
        drought.lasts = false;
        send();
      };
      arrive().catch(() => undefined);
    });
    expect(await stand.apply({ machines: oneWorker(spot) })).toMatchObject({ ok: true });
    expect(await whereabouts(stand)).toEqual([FIRST]);
    expect(asked).toHaveLength(2);
    expect(await stand.plan({ machines: oneWorker(spot) })).toEqual([]);
    expect(stand.changes.filter((operation) => operation === 'ec2.RunInstances')).toHaveLength(1);
  });
});
