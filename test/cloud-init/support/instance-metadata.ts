import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';

const TOKEN = 'token-of-a-session';
const ROLE = 'meta-data/iam/security-credentials/';

export interface RoleKeys {
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly Token: string;
  readonly Expiration: string;
}

/** What an instance hears about itself in AWS, by version 2 of the protocol: nothing without a token. */
export class InstanceMetadata implements AsyncDisposable {
  /** Undefined: it has no role yet. */
  keys: (() => Promise<RoleKeys>) | undefined;
  /** How often it was asked for keys. */
  keysGiven = 0;
  readonly #server: Server;
  readonly #instance: string;
  readonly #region: string;

  private constructor(instance: string, region: string) {
    this.#instance = instance;
    this.#region = region;
    this.#server = createServer((request, response) => {
      this.#answer(request).then(
        (text) => response.writeHead(text === undefined ? 404 : 200).end(text),
        (error: unknown) => response.writeHead(500, String(error)).end(),
      );
    });
  }

  static async open(instance: string, region = 'eu-west-3'): Promise<InstanceMetadata> {
    const metadata = new InstanceMetadata(instance, region);
    await once(metadata.#server.listen(0, '127.0.0.1'), 'listening');
    return metadata;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('A listening server has a port.');
    return `http://127.0.0.1:${address.port}`;
  }

  /** Where its letters are in a bucket. */
  get box(): string {
    return `mailbox/arn:aws:ec2:${this.#region}:123456789012:instance/${this.#instance}`;
  }

  async #answer({ method, url, headers }: IncomingMessage): Promise<string | undefined> {
    const path = url?.replace('/latest/', '');
    const asksForToken = method === 'PUT' && path === 'api/token';
    if (asksForToken) return headers['x-aws-ec2-metadata-token-ttl-seconds'] === undefined ? undefined : TOKEN;
    if (headers['x-aws-ec2-metadata-token'] !== TOKEN) return undefined;
    if (path === 'meta-data/services/partition') return 'aws';
    if (path === 'dynamic/instance-identity/document') {
      return JSON.stringify({ region: this.#region, accountId: '123456789012', instanceId: this.#instance });
    }
    if (this.keys === undefined) return undefined;
    if (path === ROLE) return 'bootstrap-node';
    if (path !== `${ROLE}bootstrap-node`) return undefined;
    this.keysGiven += 1;
    return JSON.stringify({ Code: 'Success', ...(await this.keys()) });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}
