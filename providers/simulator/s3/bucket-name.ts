const NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const ADDRESS = /^\d+\.\d+\.\d+\.\d+$/;
const PREFIXES = ['xn--', 'sthree-', 'amzn-s3-demo-'];
const SUFFIXES = ['-s3alias', '--ol-s3', '.mrap', '--x-s3', '--table-s3', '-an'];

/** 3 to 63 small letters, digits, dots and hyphens, without what S3 keeps for itself. */
export function isBucketName(name: string): boolean {
  if (!NAME.test(name) || ADDRESS.test(name) || name.includes('..')) return false;
  return !PREFIXES.some((prefix) => name.startsWith(prefix)) && !SUFFIXES.some((suffix) => name.endsWith(suffix));
}
