import { checkCidr, CIDR_PATTERN } from './cidr.ts';
import { PROTOCOLS } from './cluster-file.ts';
import { choice, list, section, text, wholeNumber } from './field.ts';

export const ANYWHERE = '0.0.0.0/0';
const PORT_MAX = 65_535;
const OPENINGS_MAX = 20;
const SOURCES_MAX = 20;

/** Ports of services in the cluster file: what is reached from outside beside the sites. */
export const WrittenOpenings = list(
  section(
    {
      port: port({
        description: 'The port at which machines that serve sites are reached.',
        example: 'port: 30080',
        constraint: 'Of a Service of the type NodePort or LoadBalancer. 80 and 443 are open already.',
      }),
      through: port({
        description: 'The last port, where not one is opened but all from the first to this one.',
        example: 'through: 30099',
        default: 'the same as port',
      }).exactOptional(),
      protocol: choice(PROTOCOLS, {
        description: 'How it is spoken to.',
        example: 'protocol: udp',
        default: 'tcp',
        change: 'at any time',
      }).exactOptional(),
      from: list(
        text({
          description: 'One range of addresses.',
          example: '203.0.113.0/24',
          change: 'at any time',
          pattern: CIDR_PATTERN,
          check: checkCidr,
        }),
        {
          description: 'From where it can be reached.',
          example: 'from: [203.0.113.0/24]',
          default: 'from everywhere; on a workstation from itself alone',
          change: 'at any time',
          min: 1,
          max: SOURCES_MAX,
          isSet: true,
        },
      ).exactOptional(),
    },
    {
      description: 'One port, or several that follow one another.',
      example: '{ port: 30080, from: [203.0.113.0/24] }',
      change: 'at any time',
    },
  ),
  {
    description: 'Ports of services that are reached from outside, beside those of the sites.',
    example: 'open: [{ port: 30080 }]',
    default: 'none',
    constraint: 'A balancer leads single ports of TCP.',
    change: 'at any time',
    min: 0,
    max: OPENINGS_MAX,
    isSet: false,
  },
);

function port(words: { description: string; example: string; constraint?: string; default?: string }) {
  return wholeNumber({ ...words, min: 1, max: PORT_MAX, change: 'at any time' });
}
