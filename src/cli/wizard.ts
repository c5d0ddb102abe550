import type { ClusterAnswers } from '#config/render-cluster-file.ts';
import { concluded, DEMO, exampleDomain, type Given, PROVIDER_NAMES } from './answers.ts';
import { chosen, splitList, wholeNumber } from './command.ts';
import { type Question, type Questions, readYesOrNo } from './questions.ts';
import { describeKey, type FoundKey } from './ssh-keys.ts';
import { UsageError } from './usage-error.ts';

/** What the questions are asked with: only types of the rest of the program are known here. */
export interface Surroundings {
  readonly keys: readonly FoundKey[];
  /** Enter alone means it. */
  regionOf(provider: ClusterAnswers['provider']): Promise<string>;
}

const COUNTS = { controlPlane: 3, workers: 3, storage: 4, converged: 3 } as const;
const COUNT_MAX = 1_000;
const EVERYWHERE = '0.0.0.0/0';
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

  constructor(questions: Questions, given: Given, around: Surroundings) {
    this.#questions = questions;
    this.#given = given;
    this.#around = around;
  }

  async run(): Promise<ClusterAnswers> {
    const name =
      this.#given.name ?? (await this.#ask({ question: 'Name of the cluster?', fallback: DEMO, read: readName }));
    const { provider: known } = concluded({ ...this.#given, name });
    const provider =
      known ?? (await this.#ask({ question: providerQuestion, fallback: 'simulator', read: readProvider }));
    await this.#ask({ question: 'Create a cluster, or Join one?', fallback: 'create', read: readMode });
    const region = this.#given.region ?? (await this.#askRegion(provider));
    const domain = this.#given.domain ?? (await this.#askDomain(name, provider));
    const sshPublicKey = this.#given.sshPublicKey ?? (await this.#askKey());
    const from =
      this.#given.from ??
      (await this.#ask({
        question: 'From which addresses may SSH and the API be reached?',
        fallback: EVERYWHERE,
        read: splitList,
      }));
    const nodes = await this.#askNodes();
    const monitoring =
      this.#given.monitoring ?? (await this.#ask({ question: 'With monitoring?', fallback: 'no', read: readYesOrNo }));
    return { ...this.#given, name, provider, region, domain, sshPublicKey, from, ...nodes, monitoring };
  }

  #ask<Value>(question: Question<Value>): Promise<Value> {
    return this.#questions.ask(question);
  }

  async #askRegion(provider: ClusterAnswers['provider']): Promise<string> {
    return this.#ask({ question: 'Region?', fallback: await this.#around.regionOf(provider), read: readWord });
  }

  /** An example is enough where nothing is real. */
  #askDomain(name: string, provider: ClusterAnswers['provider']): Promise<string> {
    const example = provider === 'simulator' ? { fallback: exampleDomain(name) } : {};
    return this.#ask({ question: 'Domain of the sites? A zone of this name is made.', ...example, read: readWord });
  }

  async #askKey(): Promise<string | undefined> {
    const { keys } = this.#around;
    this.#questions.say(keys.map(({ path, text }, index) => `  ${index + 1}  ${path}  ${describeKey(text)}`));
    const question =
      keys.length === 0 ? `SSH key? (a public key, or ${NO_KEY})` : `SSH key? (number, public key, or ${NO_KEY})`;
    const fallback = keys.length === 0 ? NO_KEY : '1';
    return this.#ask({ question, fallback, read: (answer) => readKey(answer, keys) });
  }

  /** The groups, or nodes that have every role. */
  async #askNodes(): Promise<Partial<Pick<ClusterAnswers, NodeKey>>> {
    const { converged, controlPlane, workers, storage } = this.#given;
    if (converged !== undefined) return { converged };
    const isGrouped = controlPlane !== undefined || workers !== undefined || storage !== undefined;
    const layout = isGrouped ? 'groups' : await this.#ask({ question: LAYOUT, fallback: 'groups', read: readLayout });
    if (layout === 'converged') return { converged: await this.#askCount('How many converged nodes?', 'converged') };
    return {
      workers: workers ?? (await this.#askCount('How many worker nodes?', 'workers')),
      controlPlane: controlPlane ?? (await this.#askCount('How many control-plane nodes?', 'controlPlane')),
      storage: storage ?? (await this.#askCount('How many storage nodes?', 'storage')),
    };
  }

  #askCount(question: string, key: NodeKey): Promise<number> {
    return this.#ask({ question, fallback: String(COUNTS[key]), read: (answer) => wholeNumber(answer, COUNT_MAX) });
  }
}

type NodeKey = keyof typeof COUNTS;

const LAYOUT = 'Nodes in groups (control plane, workers, storage), or converged?';
const providerQuestion = 'Provider: simulator, which costs nothing and makes nothing real, or aws?';

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

function readKey(answer: string, keys: readonly FoundKey[]): string | undefined {
  if (answer === NO_KEY) return undefined;
  if (answer.startsWith('ssh-')) return answer;
  const key = keys[Number(answer) - 1];
  if (key === undefined)
    throw new UsageError(keys.length === 0 ? 'It begins with ssh-.' : `A number from 1 to ${keys.length}.`);
  return key.text;
}
