import { defineCommand, flag, text } from '../command.ts';
import { show } from '../read-verb.ts';

const INDENT = 2;
const GAP = 2;

export const permissionsCommand = defineCommand({
  example: 'bootstrap permissions --policy > policy.json',
  arguments: [],
  options: {
    policy: flag('print a policy that grants them, as IAM takes it'),
    region: text('REGION', 'whose partition the policy is for: AWS, GovCloud or China'),
  },
  async run(context, { options }) {
    const { permissions, policy } = await context.permissions(options.region);
    if (options.policy === true) {
      show(context, policy, () => [JSON.stringify(policy, undefined, INDENT)]);
      return 'ok';
    }
    const width = Math.max(...permissions.map(({ action }) => action.length)) + GAP;
    show(context, { permissions }, () =>
      permissions.map(
        ({ action, for: reasons }) => `${action.padEnd(width)}${context.palette.faint(reasons.join(', '))}`,
      ),
    );
    return 'ok';
  },
});
