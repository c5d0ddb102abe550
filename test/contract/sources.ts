/** Where facts come from. */
const DOCS = 'https://docs.aws.amazon.com';

export function docs(path: string): string {
  return `${DOCS}/${path}`;
}

export function ec2Api(operation: string): string {
  return docs(`AWSEC2/latest/APIReference/API_${operation}.html`);
}

export function elbApi(operation: string): string {
  return docs(`elasticloadbalancing/latest/APIReference/API_${operation}.html`);
}

export function iamApi(operation: string): string {
  return docs(`IAM/latest/APIReference/API_${operation}.html`);
}

export function kmsApi(operation: string): string {
  return docs(`kms/latest/APIReference/API_${operation}.html`);
}

export function route53Api(operation: string): string {
  return docs(`Route53/latest/APIReference/API_${operation}.html`);
}

export function s3Api(operation: string): string {
  return docs(`AmazonS3/latest/API/API_${operation}.html`);
}

/** `owner/repository#number` on GitHub. */
export function issue(reference: string): string {
  return `https://github.com/${reference.replace('#', '/issues/')}`;
}

export const EC2_ERRORS = docs('AWSEC2/latest/APIReference/errors-overview.html');
export const EC2_IDEMPOTENCY = docs('ec2/latest/devguide/ec2-api-idempotency.html');
export const EC2_PAGES = docs('AWSEC2/latest/APIReference/Query-Requests.html#api-pagination');
export const EC2_FILTERS = docs('AWSEC2/latest/UserGuide/Using_Filtering.html');
export const S3_ERRORS = docs('AmazonS3/latest/API/ErrorResponses.html');
export const S3_CONDITIONS = docs('AmazonS3/latest/userguide/conditional-writes.html');
export const KMS_KEY_STATES = docs('kms/latest/developerguide/key-state.html');
export const DNS_NAMES = docs('Route53/latest/DeveloperGuide/DomainNameFormat.html');
export const DNS_LIMITS = docs('Route53/latest/DeveloperGuide/DNSLimitations.html');
