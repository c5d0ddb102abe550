import { fault } from '../aws-fault.ts';
import type { ServiceManual } from '../operation.ts';
import { getProducts } from './get-products.ts';

export const pricingManual: ServiceManual = {
  name: 'pricing',
  operations: [getProducts],
  kinds: [],
  throttled: () => fault('Throttling', 'Rate exceeded'),
  failed: () => fault('InternalFailure', 'The request processing has failed because of an unknown error.', 500),
  expired: () => fault('ExpiredToken', 'The security token included in the request is expired', 403),
};
