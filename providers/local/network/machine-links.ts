import type { MachineLinks } from '#provider/machine-links.ts';
import { localCatalogue } from '../catalogue.ts';
import type { LocalSession } from '../local-session.ts';
import type { LinkInput } from '../switch/links.ts';
import { switchOf } from './segment.ts';

type Side = LinkInput['between'][number];

/** As the switch has them. It keeps them over its own end. */
export function machineLinks(session: Pick<LocalSession, 'world' | 'places' | 'own'>): MachineLinks {
  return {
    async disturbances(cluster) {
      const { links } = await switchOf(session, { cluster }).status();
      return links.map(({ between: [first, second], isCut, latencyMs, loss }) => ({
        between: [nameOf(first), nameOf(second)],
        isCut,
        latencyMs,
        loss,
      }));
    },

    async disturb(cluster, disturbances) {
      const links = disturbances.map(({ between: [first, second], ...effects }): LinkInput => ({
        between: [sideOf(first), sideOf(second)],
        ...effects,
      }));
      await switchOf(session, { cluster }).setLinks(links);
    },
  };
}

function sideOf(name: string): Side {
  const { regions } = localCatalogue;
  if (regions.has(name)) return { region: name };
  return [...regions.values()].some((zones) => zones.includes(name)) ? { zone: name } : { machine: name };
}

function nameOf({ machine, zone, region }: Side): string {
  return machine ?? zone ?? region ?? 'everything';
}
