import { fault } from '../aws-fault.ts';
import type { ServiceManual } from '../operation.ts';
import { BUCKETS } from './bucket.ts';
import { BUCKET_LIFECYCLE } from './bucket-lifecycle.ts';
import { BUCKET_OPERATIONS } from './bucket-operations.ts';
import { BUCKET_SETTINGS } from './bucket-settings.ts';
import { TOUCHED_LETTERS } from './letters.ts';
import { OBJECT_LISTING } from './object-listing.ts';
import { OBJECT_OPERATIONS } from './object-operations.ts';
import { OBJECT_REMOVAL } from './object-removal.ts';
import { CURRENTS, VERSIONS } from './versions.ts';

export const s3Manual: ServiceManual = {
  name: 's3',
  operations: [
    ...BUCKET_OPERATIONS,
    ...BUCKET_SETTINGS,
    ...BUCKET_LIFECYCLE,
    ...OBJECT_OPERATIONS,
    ...OBJECT_REMOVAL,
    ...OBJECT_LISTING,
  ],
  kinds: [BUCKETS, VERSIONS, CURRENTS, TOUCHED_LETTERS],
  throttled: () => fault('SlowDown', 'Please reduce your request rate.', 503),
  failed: () => fault('InternalError', 'We encountered an internal error. Please try again.', 500),
  expired: () => fault('ExpiredToken', 'The provided token has expired.'),
};
