import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { RequestEntry } from './cloud-server.ts';
import { isMutating } from './cloud-protocol.ts';
import { stateRoot } from './state-directory.ts';

const JournalFile = z.object({ entries: z.array(z.object({ type: z.string(), instanceId: z.string().optional() })) });

const INTENTS = {
  create: ['create'],
  // A new object may be brought to its inputs under the intent that made it.
  update: ['create', 'update'],
  destroy: ['destroy', 'stray'],
} as const;

/** Looks into the journal on the disk at the moment when a request has its effect: is its intent there? */
export class IntentWitness {
  readonly violations: string[] = [];
  readonly #folder: string;
  readonly #read = new Set<string>();
  readonly #intents = new Set<string>();

  constructor(directory: string) {
    this.#folder = join(stateRoot(directory), 'journal');
  }

  check({ request, instanceId }: RequestEntry): void {
    if (!isMutating(request)) return;
    this.#readNew();
    const isCovered = INTENTS[request.verb].some((type) => this.#intents.has(`${type} ${instanceId}`));
    if (!isCovered) this.violations.push(`${request.verb} ${request.kind} for ${instanceId}`);
  }

  #readNew(): void {
    for (const name of readdirSync(this.#folder)) {
      if (this.#read.has(name)) continue;
      this.#read.add(name);
      const text = readFileSync(join(this.#folder, name), 'utf8');
      const { entries } = JournalFile.parse(JSON.parse(text.slice(text.indexOf('\n') + 1)));
      for (const { type, instanceId } of entries) this.#intents.add(`${type} ${instanceId}`);
    }
  }
}
