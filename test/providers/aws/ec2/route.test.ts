import { DeleteRouteCommand, DescribeRouteTablesCommand, ReplaceRouteCommand } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import type { AwsClients } from '#providers/aws/clients.ts';
import { CloudStand } from '../support/cloud-stand.ts';
import type { DeclaredCluster } from '../support/declared-cluster.ts';

const PER_ZONE: DeclaredCluster = { machines: [], network: { topology: 'private' } };
const SINGLE: DeclaredCluster = { machines: [], network: { topology: 'private', nat: 'single' } };

interface Sender {
  send(command: object, options?: object): Promise<unknown>;
}

/** Somebody takes a route away when the first request to turn it is already under way. */
class Rival {
  readonly #real: Sender;
  /** Whose route it was. */
  robbed: string | undefined;

  constructor(real: Sender) {
    this.#real = real;
  }

  send<Output>(command: object, options?: object): Promise<Output>;
  async send(command: object, options?: object): Promise<unknown> {
    if (command instanceof ReplaceRouteCommand && this.robbed === undefined) {
      const { RouteTableId, DestinationCidrBlock } = command.input;
      this.robbed = RouteTableId ?? '';
      await this.#real.send(new DeleteRouteCommand({ RouteTableId, DestinationCidrBlock }));
    }
    return this.#real.send(command, options);
  }
}

async function gatewaysOf(stand: CloudStand): Promise<readonly (string | undefined)[]> {
  const listing = stand.services.ec2.send(new DescribeRouteTablesCommand({ MaxResults: 100 }));
  const { RouteTables = [] } = await stand.run(listing);
  return RouteTables.flatMap(({ Routes = [] }) => Routes.flatMap(({ NatGatewayId }) => NatGatewayId ?? []));
}

test('a route that somebody takes away while it is turned is looked for again, and the next run makes it anew', async () => {
  const rivals: Rival[] = [];
  const overlook = (clients: AwsClients): AwsClients => {
    const rival = new Rival(clients.ec2);
    rivals.push(rival);
    return { ...clients, ec2: rival };
  };
  const stand = await CloudStand.open({ overlook });
  await stand.apply(PER_ZONE);
  expect(new Set(await gatewaysOf(stand)).size).toBe(3);
  expect(rivals.flatMap(({ robbed }) => robbed ?? [])).toEqual([]);
  const { failed } = await stand.apply(SINGLE);
  expect(failed.map(({ code }) => code)).toEqual(['resource.vanished']);
  expect(rivals.flatMap(({ robbed }) => robbed ?? [])).toHaveLength(1);
  expect(await stand.apply(SINGLE)).toMatchObject({ ok: true });
  const gateways = await gatewaysOf(stand);
  expect(gateways).toHaveLength(3);
  expect(new Set(gateways).size).toBe(1);
  expect(await stand.plan(SINGLE)).toEqual([]);
});
