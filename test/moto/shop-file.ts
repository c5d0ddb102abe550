/** A cluster file, as the tests change it from one step to the next. */
export interface ShopFile {
  readonly nodes: string;
  /** From where SSH and the API can be reached. */
  readonly from: string;
  /** Beside the marks. @default none */
  readonly tags?: string;
  /** More lines of the file. */
  readonly more?: readonly string[];
}

export function shopFile({ nodes, from, tags, more = [] }: ShopFile): string {
  const lines = [
    'name: shop',
    'provider: aws',
    'domain: shop.example.com',
    'region: eu-west-3',
    `nodes: ${nodes}`,
    `access: { from: [${from}], ssh-key: ${SSH_KEY} }`,
    ...(tags === undefined ? [] : [`tags: ${tags}`]),
    ...more,
  ];
  return `${lines.join('\n')}\n`;
}

/** Of nobody. */
const SSH_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f you@workstation';
