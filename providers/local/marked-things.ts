import type { ClusterUid } from '#engine/address.ts';
import type { MarkedObject } from '#provider/provider-module.ts';
import { unlessAbsent } from './acts.ts';
import type { LocalSession } from './local-session.ts';
import { markOf, marksIn } from './marks.ts';

/** Whatever of a cluster is on this workstation, found without its state: processes by what they were started with. */
export async function markedThings({ world, places }: LocalSession, uid: ClusterUid): Promise<readonly MarkedObject[]> {
  const { root, ground, stateKey, network, names, machines, sockets } = places.of(uid);
  const single: readonly (readonly [kind: string, path: string])[] = [
    ['local.ground', ground],
    ['local.state-key', stateKey.root],
    ['local.network', network],
    ['local.zone', names],
  ];
  const [marked, ofMachines, programs] = await Promise.all([
    Promise.all(single.map(async ([kind, id]) => ((await markOf(world, id)) === undefined ? [] : [{ kind, id }]))),
    marksIn(world, machines),
    world.programs.list(),
  ]);
  const isOurs = (argument: string): boolean => argument.includes(root) || argument.includes(sockets);
  const running = programs.filter(({ command }) => command.some(isOurs));
  const plugs = (await unlessAbsent(() => world.files.list(sockets))) ?? [];
  return [
    ...marked.flat(),
    ...ofMachines.map(({ path }) => ({ kind: 'local.machine', id: path })),
    ...running.map(({ pid }) => ({ kind: 'process', id: String(pid) })),
    ...plugs.map(({ name }) => ({ kind: 'socket', id: `${sockets}/${name}` })),
  ];
}
