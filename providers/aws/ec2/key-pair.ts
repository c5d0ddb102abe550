import { DeleteKeyPairCommand, ImportKeyPairCommand } from '@aws-sdk/client-ec2';
import { z } from 'zod';
import { ABSENT } from '#engine/resource.ts';
import { answered } from '../answers.ts';
import { listed, present } from '../observation.ts';
import { tagged } from '../tagged.ts';
import { ownerTags, TAGS } from '../tags.ts';
import { byEc2 } from './taggings.ts';

const Outputs = z.strictObject({ keyPairId: z.string(), name: z.string(), ...TAGS });
type Outputs = Readonly<z.output<typeof Outputs>>;

/** The public half of a key that opens SSH on new machines. */
export const keyPair = tagged(byEc2('keyPairId'), {
  kind: 'aws.ec2.key-pair',
  inputs: z.strictObject({ name: z.string(), publicKey: z.string(), ...TAGS }),
  outputs: Outputs,
  identity: 'name',
  replaceOn: ['name', 'publicKey'],
  replaceOrder: 'create-first',
  stableOutputs: ['keyPairId', 'name'],
  idOf: ({ keyPairId }) => keyPairId,

  async observe({ listings }, context, { inputs, last }) {
    const found =
      last === undefined
        ? (await listings.keyPairs.where(context, 'key-name', inputs.name)).find(
            ({ KeyName }) => KeyName === inputs.name,
          )
        : await listings.keyPairs.findById(context, last.keyPairId);
    return found === undefined ? ABSENT : present(outputsOf(found), found.Tags);
  },

  async create(aws, context, { name: KeyName, publicKey }) {
    const request = new ImportKeyPairCommand({
      KeyName,
      PublicKeyMaterial: new TextEncoder().encode(publicKey),
      TagSpecifications: [{ ResourceType: 'key-pair', Tags: ownerTags(context) }],
    });
    return outputsOf(await aws.ec2.mutate(context, 'import the SSH key', request));
  },

  async sync(_aws, _context, _inputs, observed) {
    return observed;
  },

  async destroy(aws, context, { name: KeyName }) {
    await aws.ec2.remove(context, 'delete the SSH key', new DeleteKeyPairCommand({ KeyName }));
  },

  async list(aws, context) {
    return listed(await aws.listings.keyPairs.ofCluster(context), outputsOf);
  },
});

interface Named {
  readonly KeyPairId?: string | undefined;
  readonly KeyName?: string | undefined;
}

function outputsOf({ KeyPairId, KeyName }: Named): Outputs {
  return { keyPairId: answered(KeyPairId, 'KeyPairId'), name: answered(KeyName, 'KeyName') };
}
