import type { ClusterAnswers } from '#config/render-cluster-file.ts';
import { concluded, DEMO, exampleDomain, type Given, hasOwnNames, PROVIDER_NAMES } from './answers.ts';
import { chosen, splitList, wholeNumber } from './command.ts';
import { type Question, type Questions, readYesOrNo } from './questions.ts';
import { describeKey, type FoundKey } from './ssh-keys.ts';
import { UsageError } from './usage-error.ts';

/** What the questions are asked with: only types of the rest of the program are known here. */
export interface Surroundings {
  readonly keys: readonly FoundKey[];
  /** Enter alone means it. */
  regionOf(provider: ClusterAnswers['provider']): Promise<string>;
  /** The range of addresses that this workstation is in; undefined: it could not be found. */
  rangeAt(provider: ClusterAnswers['provider']): Promise<string | undefined>;
  /** What is wrong with the answer to one question, given the others so far. */
  flawIn(answers: Partial<ClusterAnswers>, key: keyof ClusterAnswers): Promise<string | undefined>;
}

const COUNTS = { controlPlane: 3, workers: 3, storage: 4, converged: 3 } as const;
/** What a workstation carries without being asked twice. */
const LOCAL_COUNTS = { controlPlane: 1, workers: 1, storage: 1, converged: 1 } as const;
const COUNT_MAX = 1_000;
const NO_KEY = 'none';

/** Asks what the command line has left open, in the order in which people think of it. */
export async function askAnswers(questions: Questions, given: Given, around: Surroundings): Promise<ClusterAnswers> {
  const wizard = new Wizard(questions, given, around);
  return wizard.run();
}

class Wizard {
  readonly #questions: Questions;
  readonly #given: Given;
  readonly #around: Surroundings;
  /** So far. */
  #answers: Partial<ClusterAnswers>;

  constructor(questions: Questions, given: Given, around: Surroundings) {
    this.#questions = questions;
    this.#given = given;
    this.#around = around;
    this.#answers = Object.fromEntries(Object.entries(given).filter(([, answer]) => answer !== undefined));
  }

  async run(): Promise<ClusterAnswers> {
    const name = await this.#settle('name', { question: 'Name of the cluster?', fallback: DEMO, read: readName });
    const { provider: known } = concluded({ ...this.#given, name });
    const provider =
      known ?? (await this.#questions.ask({ question: PROVIDER, fallback: 'simulator', read: readProvider }));
    this.#answers = { ...this.#answers, provider };
    await this.#questions.ask({ question: 'Create a cluster, or Join one?', fallback: 'create', read: readMode });
    const place = provider === 'local' ? await this.#settleHere(name) : await this.#settlePlace(name, provider);
    const nodes = await this.#settleNodes(provider === 'local' ? LOCAL_COUNTS : COUNTS);
    const monitoring = await this.#settle('monitoring', {
      question: 'With monitoring?',
      fallback: 'no',
      read: readYesOrNo,
    });
    return { ...this.#given, name, provider, ...place, ...nodes, monitoring };
  }

  async #settlePlace(name: string, provider: ClusterAnswers['provider']): Promise<Place> {
    const fallback = await this.#around.regionOf(provider);
    const region = await this.#settle('region', { question: 'Region?', fallback, read: readWord });
    const domain = await this.#settleDomain(name, provider);
    const sshPublicKey = await this.#settleKey();
    const from = await this.#settleAccess(provider);
    return { region, domain, sshPublicKey, from };
  }

  /** A workstation is one place, which nobody but who is at it can reach, with a key of its own. */
  async #settleHere(name: string): Promise<Place> {
    return { domain: await this.#settleDomain(name, 'local') };
  }

  /** What was given is not asked for; what is asked for is asked again until it can stand in a cluster file. */
  async #settle<Key extends keyof ClusterAnswers>(
    key: Key,
    question: Question<ClusterAnswers[Key]>,
  ): Promise<ClusterAnswers[Key]> {
    const given: ClusterAnswers[Key] | undefined = this.#given[key];
    const flawOf = (answer: ClusterAnswers[Key]): Promise<string | undefined> =>
      this.#around.flawIn({ ...this.#answers, [key]: answer }, key);
    const answer = given ?? (await this.#questions.ask({ ...question, flawOf }));
    this.#answers = { ...this.#answers, [key]: answer };
    return answer;
  }

  /** An example is enough where nothing is real. */
  #settleDomain(name: string, provider: ClusterAnswers['provider']): Promise<string> {
    const example = hasOwnNames(provider) ? { fallback: exampleDomain(name, provider) } : {};
    const question = 'Domain of the sites? A zone of this name is made.';
    return this.#settle('domain', { question, ...example, read: readWord });
  }

  #settleKey(): Promise<string | undefined> {
    const { keys } = this.#around;
    if (this.#given.sshPublicKey === undefined) {
      this.#questions.say(keys.map(({ path, text }, index) => `  ${index + 1}  ${path}  ${describeKey(text)}`));
    }
    const question =
      keys.length === 0 ? `SSH key? (a public key, or ${NO_KEY})` : `SSH key? (number, public key, or ${NO_KEY})`;
    const fallback = keys.length === 0 ? NO_KEY : '1';
    return this.#settle('sshPublicKey', { question, fallback, read: (answer) => readKey(answer, keys) });
  }

  /** Where the person is who answers, unless they say otherwise. */
  async #settleAccess(provider: ClusterAnswers['provider']): Promise<readonly string[] | undefined> {
    const found = this.#given.from === undefined ? await this.#around.rangeAt(provider) : undefined;
    return this.#settle('from', {
      question: 'From which addresses may SSH and the API be reached?',
      ...(found === undefined ? {} : { fallback: found }),
      read: readRanges,
    });
  }

  /** The groups, or nodes that have every role. */
  async #settleNodes(counts: Readonly<Record<NodeKey, number>>): Promise<Partial<Pick<ClusterAnswers, NodeKey>>> {
    const { converged, controlPlane, workers, storage } = this.#given;
    if (converged !== undefined) return workers === undefined ? { converged } : { converged, workers };
    const isGrouped = controlPlane !== undefined || workers !== undefined || storage !== undefined;
    const layout = isGrouped
      ? 'groups'
      : await this.#questions.ask({ question: LAYOUT, fallback: 'groups', read: readLayout });
    const ask = (question: string, key: NodeKey): Promise<number | undefined> =>
      this.#settle(key, {
        question,
        fallback: String(counts[key]),
        read: (answer) => wholeNumber(answer, COUNT_MAX),
      });
    if (layout === 'converged') return { converged: await ask('How many converged nodes?', 'converged') };
    return {
      workers: await ask('How many worker nodes?', 'workers'),
      controlPlane: await ask('How many control-plane nodes?', 'controlPlane'),
      storage: await ask('How many storage nodes?', 'storage'),
    };
  }
}

type NodeKey = keyof typeof COUNTS;
type Place = Pick<ClusterAnswers, 'domain' | 'region' | 'sshPublicKey' | 'from'>;

const LAYOUT = 'Nodes in groups (control plane, workers, storage), or converged?';
const PROVIDER = 'Provider: simulator (nothing is real), local (machines of this workstation), or aws?';

function readName(answer: string): string {
  if (/^[a-z][a-z0-9-]*$/.test(answer)) return answer;
  throw new UsageError('Lower-case letters, digits and hyphens, and a letter first.');
}

function readProvider(answer: string): ClusterAnswers['provider'] {
  return chosen(PROVIDER_NAMES, answer);
}

function readMode(answer: string): 'create' {
  if (chosen(['create', 'join'], answer) === 'create') return 'create';
  throw new UsageError('Joining a cluster is not there yet: this version makes clusters of one region.');
}

function readLayout(answer: string): 'groups' | 'converged' {
  return chosen(['groups', 'converged'], answer);
}

function readWord(answer: string): string {
  if (/^\S+$/.test(answer)) return answer;
  throw new UsageError('One word is needed here.');
}

function readRanges(answer: string): readonly string[] {
  const ranges = splitList(answer);
  if (ranges.length > 0) return ranges;
  throw new UsageError('At least one range, such as 203.0.113.7/32, or you lock yourself out.');
}

function readKey(answer: string, keys: readonly FoundKey[]): string | undefined {
  if (answer === NO_KEY) return undefined;
  if (answer.startsWith('ssh-')) return answer;
  const key = keys[Number(answer) - 1];
  if (key === undefined)
    throw new UsageError(keys.length === 0 ? 'It begins with ssh-.' : `A number from 1 to ${keys.length}.`);
  return key.text;
}
