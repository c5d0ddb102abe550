import { type Blueprint, BlueprintBuilder, EMPTY_BLUEPRINT } from '#engine/blueprint.ts';
import { group, link, network, record, server, volume } from './cloud-kinds.ts';

export const COMMANDS = ['create', 'update', 'delete'] as const;
export type Command = (typeof COMMANDS)[number];

/** What each command leads to. The second version updates, replaces, adds and drops resources of every class. */
export function blueprintOf(command: Command): Blueprint {
  switch (command) {
    case 'create':
      return site({ label: 'first', edge: '10.1.0.0/16', ports: '443', image: 'image-1', size: 'small', extra: 'old' });
    case 'update':
      return site({ label: 'second', edge: '10.2.0.0/16', ports: '80', image: 'image-2', size: 'large', extra: 'new' });
    case 'delete':
      return EMPTY_BLUEPRINT;
  }
}

interface SiteOptions {
  readonly label: string;
  /** The address range of the edge network: another one replaces it and all that stands in it. */
  readonly edge: string;
  readonly ports: string;
  readonly image: string;
  readonly size: string;
  /** Name of a volume that is there in one version only. */
  readonly extra: string;
}

function site({ label, edge, ports, image, size, extra }: SiteOptions): Blueprint {
  const builder = new BlueprintBuilder();
  const main = builder.declare(network, 'network.main', { cidr: '10.0.0.0/16', label });
  const outer = builder.declare(network, 'network.edge', { cidr: edge, label: 'edge' });
  const inside = builder.declare(group, 'group.inside', { name: 'inside', networkId: main.output('id'), ports });
  const outside = builder.declare(group, 'group.outside', {
    name: 'outside',
    networkId: outer.output('id'),
    ports: '443',
  });
  const [mainId, insideId] = [main.output('id'), inside.output('id')];
  const place = { networkId: mainId, groupId: insideId };
  const one = builder.declare(server, 'server.one', { name: 'one', ...place, image, size: 'small' });
  const two = builder.declare(server, 'server.two', { name: 'two', ...place, image: 'image-1', size });
  const gate = builder.declare(server, 'server.gate', {
    name: 'gate',
    networkId: outer.output('id'),
    groupId: outside.output('id'),
    image: 'image-1',
    size: 'small',
  });
  const data = builder.declare(volume, 'volume.data', { name: 'data', size: size === 'small' ? 10 : 20 });
  const logs = builder.declare(volume, 'volume.logs', { name: 'logs', size: 5 });
  builder.declare(volume, `volume.${extra}`, { name: extra, size: 1 });
  builder.declare(link, 'link.one', { serverId: one.output('id'), targetId: data.output('id'), weight: 1 });
  builder.declare(link, 'link.two', { serverId: two.output('id'), targetId: logs.output('id'), weight: ports.length });
  builder.declare(record, 'record.site', { name: 'site.example', value: one.output('id'), ttl: 60 });
  builder.declare(record, 'record.gate', { name: 'gate.example', value: gate.output('id'), ttl: ports.length * 30 });
  return builder.build();
}
