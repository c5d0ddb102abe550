import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

/** Connections that are kept open, for one program and all that it speaks to. */
export interface HttpAgents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

const SOCKETS_MAX = 64;

/** By way of the proxy that the variables name: `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`, in either spelling. */
export function systemHttpAgents(variables: Readonly<Record<string, string | undefined>>): HttpAgents {
  const options = { keepAlive: true, maxSockets: SOCKETS_MAX, proxyEnv: { ...variables } };
  return { http: new HttpAgent(options), https: new HttpsAgent(options) };
}
