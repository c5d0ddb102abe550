import type { ClusterAnswers } from '#config/render-cluster-file.ts';
import type { App } from '#app/app.ts';
import { fileTrouble } from '#std/files.ts';
import { isAbsolute, resolve } from 'node:path';
import { concluded, type Given, isComplete, missing, PROVIDER_NAMES, WEATHER_NAMES } from '../answers.ts';
import {
  choice,
  type CommandContext,
  count,
  decimal,
  defineCommand,
  flag,
  list,
  text,
  type Values,
} from '../command.ts';
import { Questions } from '../questions.ts';
import { runVerb } from '../run-verb.ts';
import { findSshKeys, readSshKey } from '../ssh-keys.ts';
import { EMULATOR, isName, meanAgain, PLAIN, shellWord, WAIT } from '../target.ts';
import { UsageError } from '../usage-error.ts';
import { askAnswers } from '../wizard.ts';

const SEED_MAX = 999_999_999;

const OPTIONS = {
  file: text('FILE', 'the cluster file, instead of all the options below', 'f'),
  provider: choice(PROVIDER_NAMES, 'who makes the machines; demo is simulated unless you say otherwise'),
  region: text('REGION', 'where the machines stand'),
  zones: list('ZONES', 'zones of the region, separated by commas'),
  domain: text('DOMAIN', 'domain of the sites, of which a zone is made; NAME.localhost on a workstation'),
  controlPlane: count('control-plane nodes'),
  workers: count('worker nodes'),
  storage: count('storage nodes'),
  converged: count('nodes with every role, instead of the three groups'),
  image: text('IMAGE', 'an image of your own: its id on AWS, a file or a digest on a workstation'),
  sshKey: text('KEY', 'your public SSH key, or the file it is in'),
  from: list('CIDRS', 'address ranges from which SSH and the API can be reached'),
  monitoring: flag('install metrics and alerts'),
  speed: decimal('FACTOR', 'how many times faster than the clock a simulated account is'),
  seed: count('where chance begins in a simulated account', SEED_MAX),
  weather: choice(WEATHER_NAMES, 'how a simulated account treats you; mean is for rehearsing failures'),
  offline: flag('keep machines of a workstation from reaching anything outside it'),
  emulator: EMULATOR,
  wait: WAIT,
  plain: PLAIN,
  yes: flag('do not ask', { letter: 'y' }),
};

export const createCommand = defineCommand({
  example: [
    'bootstrap create demo',
    'bootstrap create dev --provider local',
    'bootstrap create blog --provider aws --region eu-west-3 --domain blog.example.com',
    'bootstrap create -f cluster.yaml',
  ].join('\n'),
  arguments: [{ name: '[NAME]', summary: 'what the cluster is to be called; demo needs no account' }],
  options: OPTIONS,
  run(context, { words, options }) {
    const [word] = words;
    const wait = options.wait === true;
    meanAgain(context);
    if (options.file !== undefined) context.meant.file = shellWord(options.file);
    if (word !== undefined && isName(word)) context.meant.cluster = word;
    return runVerb(context, async (app, interruption) => {
      if (word !== undefined && saysNothingElse(options) && (await isAlive(app, word))) {
        const outcome = app.apply({ name: word }, { wait }, interruption);
        return { continues: `bootstrap apply ${word}`, outcome };
      }
      const { file, continues } = await clusterFile({ ...context, app }, word, options);
      return { continues, outcome: app.create({ file, wait }, interruption) };
    });
  },
});

/** A cluster that is there goes on being what its own file says, not what a name alone would make of it. */
function saysNothingElse({
  emulator: _emulator,
  wait: _wait,
  plain: _plain,
  yes: _yes,
  ...shaping
}: Values<typeof OPTIONS>): boolean {
  return Object.keys(OPTIONS).every((key) => Reflect.get(shaping, key) === undefined);
}

async function isAlive(app: Pick<App, 'list'>, name: string): Promise<boolean> {
  return (await app.list()).some((known) => known.name === name && !known.isDeleted);
}

interface ClusterFile {
  readonly file: { readonly path: string; readonly text: string };
  /** The command that goes on when this one is stopped. */
  readonly continues: string;
}

interface Asking extends CommandContext {
  readonly app: Pick<App, 'whereFrom'>;
}

/** From a file, from the options alone, or from what is answered on the terminal. */
async function clusterFile(
  context: Asking,
  word: string | undefined,
  options: Values<typeof OPTIONS>,
): Promise<ClusterFile> {
  const path = options.file ?? (word !== undefined && !isName(word) ? word : undefined);
  if (path !== undefined) return readFile(context, path, options.file === undefined ? undefined : word);
  const given = concluded(await givenBy(context, word, options));
  const questions = new Questions(context);
  const answers = isComplete(given) ? given : await ask(context, questions, given);
  const rendered = await context.clusterFiles.render(answers);
  await refuseFlaws(context, rendered);
  if (answers !== given) {
    const preface = [
      '',
      ...rendered
        .trimEnd()
        .split('\n')
        .map((line) => `  ${line}`),
      '',
    ];
    await questions.agree({ preface, question: 'Make this cluster?', fallback: true, isAgreed: options.yes === true });
  }
  return { file: { path: `${answers.name}.yaml`, text: rendered }, continues: `bootstrap apply ${answers.name}` };
}

/** Whoever gave options has no file to look into: what is wrong is told, and where the options are explained. */
async function refuseFlaws(context: CommandContext, rendered: string): Promise<void> {
  try {
    await context.clusterFiles.check(rendered, 'The file that this makes');
  } catch (error) {
    const { code, detail } = await context.asProblem(error);
    if (code !== 'config.invalid' || context.isJson) throw error;
    throw new UsageError(detail, 'bootstrap create --help');
  }
}

async function readFile({ files }: CommandContext, path: string, name: string | undefined): Promise<ClusterFile> {
  if (name !== undefined) throw new UsageError(`${path} says what the cluster is called; leave out ${name}.`);
  try {
    return { file: { path, text: await files.read(path) }, continues: `bootstrap create -f ${shellWord(path)}` };
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${fileTrouble(error)}.`);
  }
}

async function ask(context: Asking, questions: Questions, given: Given): Promise<ClusterAnswers> {
  if (!questions.canAsk)
    throw new UsageError(`Nobody is here to ask: ${missing(given).join(' and ')} must be given.`, example(given));
  const keys = await findSshKeys(context.files, context.environment.home);
  return askAnswers(questions, given, {
    keys,
    rangeAt: (provider) => context.app.whereFrom(provider, context.interrupts.stop),
    regionOf: (provider) => context.clusterFiles.defaultRegionOf(provider),
    flawIn: (answers, key) => context.clusterFiles.flawIn(answers, key),
  });
}

function example({ name = 'blog', provider }: Given): string {
  return `bootstrap create ${name} --provider ${provider ?? 'simulator'}${provider === 'aws' ? ` --domain ${name}.example.com` : ''}`;
}

async function givenBy(
  { files }: CommandContext,
  name: string | undefined,
  options: Values<typeof OPTIONS>,
): Promise<Given> {
  const { provider, region, zones, domain, controlPlane, workers, storage, converged } = options;
  const { image, sshKey, from, monitoring, speed, seed, weather, offline } = options;
  const sshPublicKey = sshKey === undefined ? undefined : await readSshKey(files, sshKey);
  return {
    name,
    provider,
    region,
    zones,
    domain,
    controlPlane,
    workers,
    storage,
    converged,
    image: image === undefined ? undefined : imageName(image, provider),
    sshPublicKey,
    from,
    monitoring,
    speed,
    seed,
    weather,
    offline,
  };
}

/** A digest, or an address. */
const NO_PATH = /^[0-9a-f]{64}$|^[a-z]+:\/\//;

/** On a workstation an image is a file, wherever the command that needs it is typed. */
function imageName(given: string, provider: Given['provider']): string {
  if (provider !== 'local' || NO_PATH.test(given) || isAbsolute(given)) return given;
  return resolve(given);
}
