import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { App, Interruption, RunEvent, RunOutcome } from '#app/app.ts';
import { createApp } from '#app/create-app.ts';
import { placesIn, type Places } from '#app/places.ts';
import type { AppPorts } from '#app/ports.ts';
import { systemPorts } from '#app/system-ports.ts';
import type { Environment } from '#std/environment.ts';

export const NAME = 'demo';
export const TARGET = { name: NAME };
export const FOREVER = new AbortController().signal;
export const UNINTERRUPTED: Interruption = { stop: FOREVER, abort: FOREVER };

/** Three small nodes, so that a whole life takes a second. */
export function clusterFile({
  name = NAME,
  controlPlanes = 1,
  workers = 1,
  region = 'eu-west-3',
  seed = 1,
} = {}): string {
  return `
name: ${name}
provider: simulator
domain: ${name}.example.com
region: ${region}
access:
  from: ['203.0.113.0/24']
nodes:
  control-plane: { count: ${controlPlanes} }
  worker: { count: ${workers} }
  storage: { count: 1 }
storage: { replicas: 1 }
simulator: { speed: 500, seed: ${seed}, account: ${NAME} }
`;
}

/** A workstation in a directory of its own. Those of one building have the same simulated accounts. */
export class Desk implements AsyncDisposable {
  readonly home: string;
  readonly building: string;
  readonly events: RunEvent[] = [];
  readonly environment: Environment;

  private constructor(home: string, building: string) {
    this.home = home;
    this.building = building;
    this.environment = { home, variables: { XDG_DATA_HOME: join(building, 'data') } };
  }

  static async alone(): Promise<Desk> {
    const home = await mkdtemp(join(tmpdir(), 'bootstrap-app-'));
    return new Desk(home, home);
  }

  /** Another workstation on which the same accounts can be reached. */
  async neighbour(): Promise<Desk> {
    return new Desk(join(this.building, 'neighbour'), this.building);
  }

  get places(): Places {
    return placesIn(this.environment);
  }

  ports(overrides: Partial<AppPorts> = {}): AppPorts {
    return { ...systemPorts((event) => this.events.push(event)), environment: this.environment, ...overrides };
  }

  app(overrides: Partial<AppPorts> = {}): App {
    return createApp(this.ports(overrides));
  }

  /** What a person does to the cluster file of this workstation. */
  async edit(text: string): Promise<void> {
    const { file } = this.places.of(NAME);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }

  create(text = clusterFile(), app: App = this.app()): Promise<RunOutcome> {
    return app.create({ file: { path: 'cluster.yaml', text }, wait: false }, UNINTERRUPTED);
  }

  delete(app: App = this.app()): Promise<RunOutcome> {
    return app.delete(TARGET, { wait: false, confirm: async () => true }, UNINTERRUPTED);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.home === this.building) await rm(this.home, { recursive: true, force: true });
  }
}
