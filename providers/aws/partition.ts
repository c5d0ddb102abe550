/** Accounts, names and keys of one partition are nothing in another one. */
export type PartitionId = 'aws' | 'aws-us-gov' | 'aws-cn';

export interface Partition {
  readonly id: PartitionId;
  /** For people: "AWS GovCloud (US)". */
  readonly title: string;
  /** Machines, as a role's trust names them. */
  readonly machines: string;
  /** Where a person looks at what is in a region. */
  consoleOf(region: string): string;
  /** A service in a region, as conditions name it. */
  hostsOf(service: string, region: string): string | readonly string[];
  /** Where S3 answers, when it does not follow from the region as it does nearly everywhere. */
  bucketsOf?(region: string): string;
}

const AWS: Partition = {
  id: 'aws',
  title: 'AWS',
  machines: 'ec2.amazonaws.com',
  consoleOf: (region) => `https://${region}.console.aws.amazon.com`,
  hostsOf: (service, region) => `${service}.${region}.amazonaws.com`,
};

const GOV: Partition = {
  id: 'aws-us-gov',
  title: 'AWS GovCloud (US)',
  machines: 'ec2.amazonaws.com',
  consoleOf: (region) => `https://${region}.console.amazonaws-us-gov.com`,
  hostsOf: (service, region) => `${service}.${region}.amazonaws.com`,
};

const CHINA: Partition = {
  id: 'aws-cn',
  title: 'AWS China',
  machines: 'ec2.amazonaws.com.cn',
  consoleOf: (region) => `https://${region}.console.amazonaws.cn`,
  // Both spellings occur.
  hostsOf: (service, region) => [`${service}.${region}.amazonaws.com`, `${service}.${region}.amazonaws.com.cn`],
  bucketsOf: (region) => `https://s3.${region}.amazonaws.com.cn`,
};

export function partitionOf(region: string): Partition {
  if (region.startsWith('us-gov-')) return GOV;
  return region.startsWith('cn-') ? CHINA : AWS;
}
