/** Whose policies count. */
export type Principal =
  | { readonly is: 'user'; readonly arn: string }
  /** `arn` as it would be without a path. */
  | { readonly is: 'role'; readonly role: string; readonly arn: string }
  | { readonly is: 'root' }
  | { readonly is: 'other' };

/**
 * | the caller's ARN                             | its policies are those of       |
 * |----------------------------------------------|---------------------------------|
 * | `arn:…:iam::1:user/ada`                      | the user                        |
 * | `arn:…:sts::1:assumed-role/admin/session`    | the role, `arn:…:iam::1:role/admin` |
 * | `arn:…:iam::1:root`                          | nobody: it may do everything    |
 * | any other, such as a federated user          | what IAM cannot simulate        |
 */
export function principalOf(arn: string): Principal {
  const [, partition, service, , account, ...rest] = arn.split(':');
  const what = rest.join(':');
  const [kind, name] = what.split('/');
  if (service === 'iam' && what === 'root') return { is: 'root' };
  if (service === 'iam' && kind === 'user') return { is: 'user', arn };
  if (service === 'sts' && kind === 'assumed-role' && name !== undefined) {
    return { is: 'role', role: name, arn: `arn:${partition}:iam::${account}:role/${name}` };
  }
  return { is: 'other' };
}
