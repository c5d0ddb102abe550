/**
 * Whether nothing beyond this machine or its own network can answer by that name: a loopback or private address, written
 * as such. Any other name may lead anywhere.
 */
export function isPrivateHost(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  if (IPV4.test(bare)) return PRIVATE_IPV4.some((range) => range.test(bare));
  // No name has a colon.
  if (bare.includes(':')) return PRIVATE_IPV6.some((range) => range.test(bare));
  return bare === 'localhost' || bare.endsWith('.localhost');
}

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;
/** 127/8, 10/8, 172.16/12, 192.168/16. Not 169.254/16: there a cloud answers its machines. */
const PRIVATE_IPV4 = [/^127\./, /^10\./, /^172\.(?:1[6-9]|2\d|3[01])\./, /^192\.168\./];
/** The loopback, however many of its zeros are written, and fc00::/7. */
const PRIVATE_IPV6 = [/^(?:0*:)+0*1$/, /^f[cd][\da-f]{2}:[\da-f:]+$/];
