import type { IncomingMessage } from 'node:http';
import type { AuthEndpoints, ClientView, PluginHost } from '../../../src/plugin/sdk.ts';
import type { MedplumConfig } from '../config.ts';
import { medplumError } from '../errors.ts';

/** Which clients may take handle and password themselves. */
export interface SignInClients {
  /**
   * The client of a sign-in by JSON. Only first-party clients that the operator has named are one: anybody else's page would
   * get to see passwords. Browsers say where a page comes from, and that has to be this server, one of the client's,
   * or one that the operator lets in.
   * @param clientId empty or absent: that of the console
   * @throws FhirError `MEDPLUM_CLIENT_REFUSED`, `MEDPLUM_ORIGIN_FOREIGN`
   */
  admit(clientId: string | undefined, request: IncomingMessage): Promise<ClientView>;
}

/** @param host its public origin, and the origins whose scripts may call it (`http.cors.origins`) */
export function signInClients(
  endpoints: Pick<AuthEndpoints, 'client'>,
  config: Pick<MedplumConfig, 'clientId' | 'signInClients'>,
  host: Pick<PluginHost, 'allowsOrigin' | 'origin'>,
): SignInClients {
  const admitted = new Set([config.clientId, ...config.signInClients]);
  return {
    async admit(wanted, request) {
      const clientId = wanted === undefined || wanted === '' ? config.clientId : wanted;
      const client = admitted.has(clientId) ? await endpoints.client(clientId) : undefined;
      if (client?.firstParty !== true) throw medplumError('MEDPLUM_CLIENT_REFUSED');
      const page = request.headers.origin;
      if (page === undefined || page === host.origin || client.allowedOrigins.includes(page)) {
        return client;
      }
      if (host.allowsOrigin?.(page) === true) return client;
      throw medplumError('MEDPLUM_ORIGIN_FOREIGN');
    },
  };
}
