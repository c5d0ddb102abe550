import { byTests, type Mutant } from './mutant.ts';

const LIFE_TESTS = byTests('test/providers/aws/cluster-life.test.ts');
const INSTANCE_TESTS = byTests('test/providers/aws/ec2/instance.test.ts');
const TAG_TESTS = byTests('test/providers/aws/tags.test.ts');
const PRESENCE_TESTS = byTests('test/providers/aws/ec2/machine-presence.test.ts');
const CONSTRUCT_TESTS = byTests('test/providers/aws/constructs.test.ts');
const LAUNCH_TESTS = byTests('test/providers/aws/launches.test.ts');
const NETWORK_TESTS = byTests('test/providers/aws/ec2/network.test.ts');
const ROLE_TESTS = byTests('test/providers/aws/ec2/machine-profile.test.ts');

/** Ways to launch what nobody asked for, to lose sight of it, or to trust it too early. */
export const MACHINE_MUTANTS: readonly Mutant[] = [
  {
    name: 'a launch is sent again under another token',
    file: 'providers/aws/ec2/launch-request.ts',
    anchor: 'ClientToken: token,',
    replacement: 'ClientToken: `${token.slice(0, 40)}${Math.random()}`,',
    killers: [INSTANCE_TESTS],
  },
  {
    name: 'machines are launched without their marks',
    file: 'providers/aws/ec2/launch-request.ts',
    anchor: "{ ResourceType: 'instance', Tags },",
    replacement: '',
    killers: [INSTANCE_TESTS],
  },
  {
    name: 'disks are made without their marks',
    file: 'providers/aws/ec2/launch-request.ts',
    anchor: "{ ResourceType: 'volume', Tags },",
    replacement: '',
    killers: [LIFE_TESTS],
  },
  {
    name: 'a machine takes the mark of the first of its launch',
    file: 'providers/aws/tags.ts',
    anchor: 'tagValue(tags, memberTag(index))',
    replacement: 'tagValue(tags, memberTag(0 * index))',
    killers: [TAG_TESTS],
  },
  {
    name: 'what is on a machine may be asked for its credentials by strangers',
    file: 'providers/aws/ec2/launch-request.ts',
    anchor: "HttpTokens: 'required'",
    replacement: "HttpTokens: 'optional'",
    killers: [INSTANCE_TESTS],
  },
  {
    name: 'disks outlive their machine',
    file: 'providers/aws/ec2/launch-request.ts',
    anchor: 'DeleteOnTermination: true',
    replacement: 'DeleteOnTermination: false',
    killers: [INSTANCE_TESTS],
  },
  {
    name: 'a machine is ready when it runs',
    file: 'providers/aws/ec2/machine-condition.ts',
    anchor: "return letters.includes(LETTER.hello) ? READY : pending('it to say hello');",
    replacement: 'return READY;',
    killers: [INSTANCE_TESTS],
  },
  {
    name: 'a machine that has reported a failure is kept',
    file: 'providers/aws/ec2/machine-condition.ts',
    anchor:
      "if (letters.includes(LETTER.failed)) return { is: 'broken', reason: await readFailure(aws, context, mailbox) };",
    replacement: '',
    killers: [INSTANCE_TESTS],
  },
  {
    name: 'a machine that was given up is awaited again',
    file: 'providers/aws/ec2/machine-condition.ts',
    anchor: "if (letters.includes(LETTER.givenUp)) return { is: 'broken', reason: 'It was awaited in vain.' };",
    replacement: '',
    killers: [INSTANCE_TESTS],
  },
  {
    name: 'a machine that somebody has terminated is broken for ever',
    file: 'providers/aws/ec2/machine-condition.ts',
    anchor: "if (wasAskedToEnd(found) || aws.dismissed.has(context.instanceId)) return 'gone';",
    replacement:
      "if (aws.dismissed.has(context.instanceId)) return 'gone';\n      if (wasAskedToEnd(found)) return { is: 'broken', reason: endOf(found) };",
    killers: [INSTANCE_TESTS],
  },
  {
    name: 'a machine that died while starting is never cleared away',
    file: 'providers/aws/ec2/instance.ts',
    anchor: 'aws.dismissed.add(context.instanceId);',
    replacement: '',
    killers: [INSTANCE_TESTS],
  },
  {
    name: 'a machine that is not listed is gone at once',
    file: 'providers/aws/ec2/machine-presence.ts',
    anchor: 'askedAtMs - sinceMs >= visibleWithinMs',
    replacement: 'askedAtMs >= sinceMs',
    killers: [PRESENCE_TESTS],
  },
  {
    name: 'a machine that has ended is there',
    file: 'providers/aws/ec2/machine-presence.ts',
    anchor: "return isAlive(found) ? 'there' : 'gone';",
    replacement: "return 'there';",
    killers: [PRESENCE_TESTS],
  },
  {
    name: 'a machine becomes a type that it cannot become',
    file: 'providers/aws/ec2/instance.ts',
    anchor: "...(types.includes(type) ? [] : ['types' as const]),",
    replacement: '',
    killers: [INSTANCE_TESTS],
  },
  {
    name: 'a machine that may not stand where it stands is kept there',
    file: 'providers/aws/ec2/instance.ts',
    anchor: "...(places.some((place) => place.zone === zone) ? [] : ['places' as const]),",
    replacement: '',
    killers: [INSTANCE_TESTS],
  },
  {
    name: 'machines of different places share a launch',
    file: 'providers/aws/ec2/instance.ts',
    anchor: 'lotOf: (inputs) => sha256Base32(canonicalJson(inputs)),',
    replacement: 'lotOf: ({ name }) => sha256Base32(canonicalJson(name)),',
    killers: [CONSTRUCT_TESTS],
  },
  {
    name: 'each member of a lot sends a launch of its own',
    file: 'providers/aws/launches.ts',
    anchor: 'if (known !== undefined) return known;',
    replacement: '',
    killers: [LAUNCH_TESTS],
  },
  {
    name: 'a failed launch is never sent again',
    file: 'providers/aws/launches.ts',
    anchor: '.finally(() => this.#underWay.delete(token))',
    replacement: '',
    killers: [LAUNCH_TESTS],
  },
  {
    name: 'a link between two things is ours whosever they are',
    file: 'providers/aws/observation.ts',
    anchor: 'tagValue(tags, CLUSTER_TAG) === cluster ?',
    replacement: "tagValue(tags, CLUSTER_TAG) !== '' ?",
    killers: [NETWORK_TESTS],
  },
  {
    name: 'a machine keeps the role that somebody gave it',
    file: 'providers/aws/ec2/instance.ts',
    anchor: 'if (profileId !== observed.profileId) {',
    replacement: "if (observed.profileId === '') {",
    killers: [ROLE_TESTS],
  },
  {
    name: 'a machine is awaited although it has no role with which it could reach its box',
    file: 'providers/aws/ec2/machine-condition.ts',
    anchor: 'if (found.IamInstanceProfile?.Id === undefined) return READY;',
    replacement: '',
    killers: [ROLE_TESTS],
  },
  {
    name: 'a machine is believed to be off before it is',
    file: 'providers/aws/ec2/machine-care.ts',
    anchor: "if (await awaitState(world, id, signal, 'stopped')) return;",
    replacement: 'return;',
    killers: [byTests('test/providers/aws/ec2/machine-care.test.ts')],
  },
  {
    name: 'holes that somebody made stay open',
    file: 'providers/aws/ec2/security-group-rules.ts',
    anchor: 'if (excess.length > 0) await unlessAbsent(close(aws, context, groupId, excess));',
    replacement: '',
    killers: [NETWORK_TESTS],
  },
];
