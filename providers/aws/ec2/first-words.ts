import { Stub } from '#host/protocol.ts';
import { partitionOf } from '../partition.ts';

/** What a machine is told in its user-data: the same for all machines of a launch, whoever asks for it again. */
export interface FirstWords {
  readonly stub: Stub;
  readonly mailbox: {
    readonly bucket: string;
    readonly region: string;
    /** Where it is not the one that follows from the region everywhere. */
    readonly endpoint?: string | undefined;
  };
  readonly role: string;
}

interface Told {
  readonly stub: string;
  readonly role: string;
}

export function firstWords({ stub: text, role }: Told): FirstWords {
  const stub = Stub.parse(JSON.parse(text));
  const { bucket, region } = stub;
  return { stub, role, mailbox: { bucket, region, endpoint: partitionOf(region).bucketsOf?.(region) } };
}
