const LABEL = /^(?!-)[^\s.\\]{1,63}$/;
const NAME_LENGTH_MAX = 255;

/** As Route 53 keeps a name: absolute, in small letters, a star as `\052`. Undefined: it is no domain name. */
export function domainName(text: string): string | undefined {
  const name = text.toLowerCase().replaceAll('\\052', '*').replace(/\.$/, '');
  if (name.length > NAME_LENGTH_MAX || !name.split('.').every((label) => LABEL.test(label))) return undefined;
  return `${name.replaceAll('*', '\\052')}.`;
}

/** `com.example.www.`: what listings are sorted by. */
export function reversedName(name: string): string {
  return `${name.replace(/\.$/, '').split('.').toReversed().join('.')}.`;
}

export function isWithin(name: string, zone: string): boolean {
  return name === zone || name.endsWith(`.${zone}`);
}
