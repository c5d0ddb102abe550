import { etcdPackages } from '../processes/etcd/etcd-machine.ts';
import { EtcdMembers, good } from '../processes/etcd/etcd-members.ts';
import type { Figure } from './figure.ts';

const SIZES = [3, 5] as const;
/** Loopback networks that no test uses. */
const FIRST_NET = 31;

/**
 * From the start on empty machines to so many voters: all founding at once, as `create` has it, against one
 * that founds and others that join it as learners, as if there were an init node. Real etcd, as processes of this machine.
 */
export async function etcdFigures(): Promise<readonly Figure[]> {
  await etcdPackages();
  const figures: Figure[] = [];
  for (const [place, size] of SIZES.entries()) {
    const net = FIRST_NET + 2 * place;
    const founded = await measure(net, size, size);
    const joined = await measure(net + 1, size, 1);
    const note = `${(joined / founded).toFixed(1)} times as long`;
    figures.push(
      { name: `etcd, ${size} voters, founded at once`, value: founded, unit: 's', note: 'processes, one machine' },
      { name: '  one founder, joined by learners', value: joined, unit: 's', note },
    );
  }
  return figures;
}

/** Seconds. All stages start at once; those that do not found wait for their turn by themselves. */
async function measure(net: number, size: number, founders: number): Promise<number> {
  await using members = await EtcdMembers.open(net);
  const names = Array.from({ length: size }, (_, place) => `control-plane-${place + 1}`);
  const founding = names.slice(0, founders);
  for (const [place, name] of names.entries()) {
    if (place < founders) await members.add(name, 'new', founding);
    else await members.add(name, 'existing', names);
  }
  const startMs = performance.now();
  for (const ended of await Promise.all(names.map((name) => members.machine(name).vote()))) good(ended);
  const tookMs = performance.now() - startMs;
  const list = await members.list('control-plane-1');
  if (list.filter((line) => line.endsWith(' voter')).length !== size)
    throw new Error(`Not ${size} voters: ${list.join()}`);
  return tookMs / 1_000;
}
