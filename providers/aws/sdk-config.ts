import type { Environment } from '#std/environment.ts';
import { systemHttpAgents } from '#std/system-http-agents.ts';

export type Variables = Pick<Environment, 'variables'>;

const CONNECT_MS = 5_000;
/** Longer than any request of ours may take: it is for those that the SDK makes by itself, for credentials. */
const ANSWER_MS = 15_000;

/** What the SDK has to say would be written across the screen; what matters comes back as an error. */
const SILENT = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

/**
 * What all clients of one run have in common. Every request is sent once: whether it may be sent again is the engine's to
 * say. All else is as the SDK finds it in the environment and in the profile.
 */
export function sdkConfig(region: string, { variables }: Variables) {
  const { http, https } = systemHttpAgents(variables);
  return {
    region,
    maxAttempts: 1,
    logger: SILENT,
    requestHandler: {
      httpAgent: http,
      httpsAgent: https,
      connectionTimeout: CONNECT_MS,
      requestTimeout: ANSWER_MS,
      throwOnRequestTimeout: true,
      logger: SILENT,
    },
  };
}
