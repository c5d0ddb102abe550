import { type ApiPlace, spellEndpoint } from './api-place.ts';

/** In the first line of those that this program writes: no other file is ever replaced. */
export const KUBECONFIG_MARK = '# Written by bootstrap; the next one takes its place.';

export interface KubeconfigSpec extends Omit<ApiPlace, 'endpoints'> {
  readonly cluster: string;
  readonly user: string;
  readonly endpoint: ApiPlace['endpoints'][number];
}

/** What kubectl and all that is built like it read. Every value is quoted: JSON is YAML. */
export function kubeconfigText(spec: KubeconfigSpec): string {
  const { cluster, user, endpoint, serverName, authorities, credentials } = spec;
  const name = JSON.stringify(cluster);
  const userName = JSON.stringify(`${user}@${cluster}`);
  return `${KUBECONFIG_MARK}
apiVersion: v1
kind: Config
clusters:
  - name: ${name}
    cluster:
      server: ${JSON.stringify(`https://${spellEndpoint(endpoint)}`)}
      tls-server-name: ${JSON.stringify(serverName)}
      certificate-authority-data: ${base64(authorities.join(''))}
users:
  - name: ${userName}
    user:
      client-certificate-data: ${base64(credentials.certificate)}
      client-key-data: ${base64(credentials.key.reveal())}
contexts:
  - name: ${name}
    context:
      cluster: ${name}
      user: ${userName}
current-context: ${name}
`;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
