import { readCode } from '../../../tooling/repository.ts';

/** What a session calls the services of the SDK's packages. */
const SERVICES: ReadonlyMap<string, string> = new Map([
  ['ec2', 'ec2'],
  ['elastic-load-balancing-v2', 'elb'],
  ['iam', 'iam'],
  ['kms', 'kms'],
  ['pricing', 'pricing'],
  ['route-53', 'route53'],
  ['s3', 's3'],
  ['service-quotas', 'quotas'],
  ['sts', 'sts'],
]);

/** Only looks where requests would go, and sends none. */
const SENDS_NOTHING = 'providers/aws/endpoints.ts';

/** Every operation that the code of the provider can send, by the commands that it imports: `ec2.CreateVpc`. */
export function operationsInCode(): readonly string[] {
  const files = readCode(['providers']).filter(
    ({ path }) => path.startsWith('providers/aws/') && path !== SENDS_NOTHING,
  );
  return [...new Set(files.flatMap(({ text }) => commandsIn(text)))].toSorted();
}

const IMPORT = /import\s+(type\s+)?\{([^}]*)\}\s+from\s+'@aws-sdk\/client-([a-z0-9-]+)'/g;

function commandsIn(text: string): readonly string[] {
  return [...text.matchAll(IMPORT)].flatMap(([, type, names = '', client = '']) => {
    if (type !== undefined) return [];
    const service = SERVICES.get(client) ?? client;
    const commands = [...names.matchAll(/(?<!type )\b([A-Z]\w+)Command\b(?!\w)/g)];
    return commands.map(([, operation = '']) => `${service}.${operation}`);
  });
}
