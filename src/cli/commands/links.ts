import type { App } from '#app/app.ts';
import type { LinksRequest } from '#app/links.ts';
import { decimal, defineCommand, flag } from '../command.ts';
import { findNodes } from '../node-target.ts';
import { readVerb, show } from '../read-verb.ts';
import { TARGET_ARGUMENT, TARGET_OPTIONS } from '../target.ts';
import { UsageError } from '../usage-error.ts';

const LATENCY_MS_MAX = 60_000;

export const linksCommand = defineCommand({
  example: [
    'bootstrap links dev',
    'bootstrap links dev worker-1 storage-1 --cut',
    'bootstrap links dev local-1a local-1b --latency 80 --loss 2',
    'bootstrap links dev --heal',
  ].join('\n'),
  arguments: [TARGET_ARGUMENT, { name: '[sides...]', summary: 'the two sides: nodes, zones or regions' }],
  options: {
    file: TARGET_OPTIONS.file,
    cut: flag('let nothing through'),
    latency: decimal('MS', 'keep everything back so long'),
    loss: decimal('PERCENT', 'lose so much of it'),
    heal: flag('undo that; without sides, all of it'),
  },
  async run(context, { words, options }) {
    const { file, ...effects } = options;
    await readVerb(context, async (app, signal) => {
      const { target, nodes: sides } = await findNodes(context, app, { words, file });
      const found = await app.links(target, requestOf(sides, effects), signal);
      for (const disturbance of found) show(context, disturbance, () => [textOf(disturbance)]);
      if (found.length === 0) show(context, { disturbances: 0 }, () => ['Nothing is disturbed.']);
    });
    return 'ok';
  },
});

interface Effects {
  readonly cut?: boolean | undefined;
  readonly latency?: number | undefined;
  readonly loss?: number | undefined;
  readonly heal?: boolean | undefined;
}

/** Undefined: it is only to be shown how things are. */
function requestOf(sides: readonly string[], { heal = false, ...effects }: Effects): LinksRequest | undefined {
  const between = twoOf(sides);
  const effect = effectOf(effects);
  if (heal && effect !== undefined) throw new UsageError('Either it is disturbed or healed.', EXAMPLE);
  if (heal) return { between, effect };
  if (between === undefined && effect === undefined) return undefined;
  if (effect === undefined) throw new UsageError('What is to befall it?', EXAMPLE);
  if (between === undefined) throw new UsageError('Between which two?', EXAMPLE);
  return { between, effect };
}

function twoOf([first, second, ...rest]: readonly string[]): LinksRequest['between'] {
  if (first === undefined) return undefined;
  if (second === undefined || rest.length > 0) throw new UsageError('A link has two sides.', EXAMPLE);
  return [first, second];
}

/** Undefined: none is named. */
function effectOf({ cut, latency, loss }: Omit<Effects, 'heal'>): LinksRequest['effect'] {
  if ([cut, latency, loss].every((effect) => effect === undefined)) return undefined;
  const latencyMs = within('latency', latency ?? 0, LATENCY_MS_MAX);
  return { isCut: cut === true, latencyMs, loss: within('loss', loss ?? 0, 100) / 100 };
}

function within(name: string, value: number, max: number): number {
  if (value >= 0 && value <= max) return value;
  throw new UsageError(`--${name} is from 0 to ${max}, not ${value}.`, EXAMPLE);
}

const EXAMPLE = 'bootstrap links NAME worker-1 storage-1 --cut';

type Found = Awaited<ReturnType<App['links']>>[number];

function textOf({ between: [first, second], isCut, latencyMs, loss }: Found): string {
  const effects = [
    ...(isCut ? ['cut'] : []),
    ...(latencyMs > 0 ? [`${latencyMs} ms later`] : []),
    ...(loss > 0 ? [`${(loss * 100).toFixed(1)} % lost`] : []),
  ];
  return `${first} ↔ ${second}: ${effects.join(', ') || 'as ever'}`;
}
