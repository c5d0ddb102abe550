import { CallError } from '#engine/call.ts';
import { isProblem } from '#engine/problem.ts';
import type { KubernetesApi } from '#kubernetes/api.ts';
import { canonicalJson } from '#std/canonical-json.ts';
import { MASTERS } from '#kubernetes/credentials.ts';
import { type ApiReading, kubernetesAccess, placeFor } from './kube-access.ts';
import { ownName } from './kubeconfig.ts';
import type { AppPorts } from './ports.ts';

/** What is made inside of a cluster is made by whoever runs this, with credentials that nobody else ever has. */
const CREDENTIALS_MS = 600_000;
/** After that it is asked anew where the API is: machines come and go while a run makes what is in it. */
const KNOWN_MS = 60_000;
/** More are not tried for one request: it has a deadline, and those that are off answer by their silence alone. */
const ENDPOINTS_MAX = 3;

interface Opened {
  readonly api: Promise<KubernetesApi>;
  readonly untilMs: number;
}

/** A connection takes long to make where machines are slow: as long as everything is as it was, it goes on. */
interface Connected {
  readonly api: KubernetesApi;
  /** Where it is, and whom it believes. */
  readonly place: string;
  readonly untilMs: number;
}

/** The way into a cluster, as it is in the middle of a run: its state tells where that is, as soon as it is there. */
export class ClusterApi {
  readonly #ports: AppPorts;
  #reading: (() => ApiReading) | undefined;
  #opened: Opened | undefined;
  #connected: Connected | undefined;

  constructor(ports: AppPorts) {
    this.#ports = ports;
  }

  /** From now on the state of the cluster is what this says. */
  follow(reading: () => ApiReading): void {
    this.#reading = reading;
    this.#opened = undefined;
  }

  readonly open = async (signal: AbortSignal): Promise<KubernetesApi> => {
    const { clock } = this.#ports;
    const nowMs = clock.monotonicMs();
    if (this.#opened === undefined || this.#opened.untilMs <= nowMs) {
      this.#opened = { api: this.#find(signal), untilMs: nowMs + KNOWN_MS };
    }
    try {
      return await this.#opened.api;
    } catch (error) {
      this.#opened = undefined;
      throw isProblem(error) ? new CallError({ outcome: 'not-yet', message: error.detail, cause: error }) : error;
    }
  };

  async #find(signal: AbortSignal): Promise<KubernetesApi> {
    const reading = this.#reading?.();
    if (reading === undefined) {
      throw new CallError({ outcome: 'not-yet', message: 'Nobody has looked where the API of this cluster is.' });
    }
    const { clock, random } = this.#ports;
    const [{ KubernetesApi: Api }, { servers }, found, user] = await Promise.all([
      import('#kubernetes/api.ts'),
      this.#ports.workshop(),
      kubernetesAccess(reading, signal),
      ownName(this.#ports),
    ]);
    const access = { ...found, endpoints: found.endpoints.slice(0, ENDPOINTS_MAX) };
    const nowMs = clock.monotonicMs();
    const place = canonicalJson([access.endpoints, access.authorities, access.signer.certificate]);
    const last = this.#connected;
    if (last?.place === place && nowMs < last.untilMs) return last.api;
    const order = { user, groups: [MASTERS], lifeMs: CREDENTIALS_MS, nowMs: clock.wallMs(), random };
    const api = new Api(placeFor(access, order), servers);
    this.#connected = { api, place, untilMs: nowMs + CREDENTIALS_MS / 2 };
    return api;
  }
}
