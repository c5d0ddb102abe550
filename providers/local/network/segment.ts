import { join } from 'node:path';
import type { ResourceContext } from '#engine/resource.ts';
import { unlessAbsent } from '../acts.ts';
import { switchAddress } from '../ipv4.ts';
import type { LocalSession } from '../local-session.ts';
import { SwitchConfig, switchPlaces } from '../switch/switch-config.ts';
import { SwitchProcess } from '../switch/switch-process.ts';
import type { NetworkInputs } from './network.ts';

type Ground = Pick<LocalSession, 'world' | 'places' | 'own'>;
type OfCluster = Pick<ResourceContext, 'cluster'>;

/** The switch of a cluster's network, whether or not it runs. */
export function switchOf({ world, places, own }: Ground, { cluster }: OfCluster): SwitchProcess {
  const { node, source, extension, conditions } = own;
  const program = { node, conditions, program: join(source, 'switch', `switch-main${extension}`) };
  return new SwitchProcess({ world, program, directory: places.of(cluster).network });
}

export async function startSegment(
  session: LocalSession,
  context: OfCluster,
  { region, cidr, domain }: NetworkInputs,
): Promise<void> {
  const { segmentSocket, switchControl, names, machines } = session.places.of(context.cluster);
  await switchOf(session, context).start({
    format: 1,
    region,
    segment: segmentSocket,
    control: switchControl,
    address: switchAddress(cidr),
    names: { domain, directory: names },
    machines,
    resolvers: session.isOffline ? [] : [...(await resolversOf(session))],
  });
}

/** As it was started before: after a restart of the workstation, machines need it before they are started again. */
export async function restartSegment(session: Ground, context: OfCluster): Promise<void> {
  const { files } = session.world;
  const { config } = switchPlaces(session.places.of(context.cluster).network);
  const text = await unlessAbsent(() => files.read(config));
  if (text !== undefined) await switchOf(session, context).start(SwitchConfig.parse(JSON.parse(text)));
}

/** Who answers this workstation's own questions for names. */
async function resolversOf({ world: { files } }: LocalSession): Promise<readonly string[]> {
  const text = (await unlessAbsent(() => files.read('/etc/resolv.conf'))) ?? '';
  return [...text.matchAll(/^\s*nameserver\s+(\d+(?:\.\d+){3})\s*$/gm)].map(([, address = '']) => address);
}
