import { checkCidr, CIDR_PATTERN } from './cidr.ts';
import { ADDRESSES, NATS, TOPOLOGIES } from './cluster-file.ts';
import { choice, section, text, trueOrFalse } from './field.ts';
import { checkNetworkId } from './provider-id.ts';
import { WrittenOpenings } from './written-openings.ts';

export const RANGE_DEFAULTS = {
  machines: '10.42.0.0/16',
  overlay: '10.43.0.0/16',
  pods: '10.44.0.0/14',
  services: '10.96.0.0/16',
} as const;

/** The network in the cluster file: ranges of addresses, and how machines reach the outside and are reached. */
export const WrittenNetwork = section(
  {
    machines: range('machines', 'Addresses of the machines at the provider.', 'From /16 to /25.'),
    overlay: range('overlay', 'Addresses of the nodes in the encrypted overlay.', 'One for each node.'),
    pods: range('pods', 'Addresses of the pods.', '256 for each node.'),
    services: range('services', 'Addresses of the services inside Kubernetes.', 'From /12 to /24.'),
    topology: choice(TOPOLOGIES, {
      description:
        'Whether the machines have public addresses of their own, or none: then they go out through NAT gateways and are reached through a bastion.',
      example: 'topology: private',
      default: 'public, which costs least and starts fastest',
      change: 'never',
    }).exactOptional(),
    nat: choice(NATS, {
      description: 'The ways out of a private network: one in each zone, or a single one that all zones depend on.',
      example: 'nat: single',
      default: 'per-zone',
      constraint: 'Only with topology: private.',
      change: 'at any time',
    }).exactOptional(),
    balancer: trueOrFalse({
      description:
        'Whether the API and the sites are reached through a network load balancer. Machines with public addresses can still be reached beside it.',
      example: 'balancer: true',
      default: 'false; true with topology: private',
      change: 'at any time',
    }).exactOptional(),
    addresses: choice(ADDRESSES, {
      description: 'Whether machines that serve the API or the sites keep one public address, also through a stop.',
      example: 'addresses: dynamic',
      default: 'fixed',
      constraint: 'Not with topology: private.',
      change: 'at any time',
    }).exactOptional(),
    existing: text({
      description: 'A network that is there already: the cluster makes only its own parts in it, and never removes it.',
      example: 'existing: vpc-0abc1234def567890',
      default: 'none: the cluster makes one',
      constraint: 'The range of the machines has to be a free part of it.',
      change: 'never',
      check: checkNetworkId,
    }).exactOptional(),
    open: WrittenOpenings.exactOptional(),
  },
  {
    description: 'Who has which addresses, and the ways in and out.',
    example: `network: { machines: ${RANGE_DEFAULTS.machines} }`,
    default: 'ranges in 10.42.0.0 to 10.47.255.255 and 10.96.0.0/16, and public addresses',
    change: 'part by part',
  },
);

function range(name: keyof typeof RANGE_DEFAULTS, description: string, constraint: string) {
  return text({
    description,
    example: `${name}: ${RANGE_DEFAULTS[name]}`,
    default: RANGE_DEFAULTS[name],
    constraint: `Private IPv4 addresses apart from the other ranges. ${constraint}`,
    change: 'never',
    pattern: CIDR_PATTERN,
    check: checkCidr,
  }).exactOptional();
}
