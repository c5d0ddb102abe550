/** Where whoever works on a simulated account comes from: an address that is nobody's. */
export const SIMULATED_OPERATOR_ADDRESS = '203.0.113.7';
