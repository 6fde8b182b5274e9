import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JWK } from 'jose';
import { systemClock } from '../../../../src/clock.ts';
import { type FhirClient, fhirClient } from '../../../../test/support/fhir-client.ts';
import { startTestServer, type TestServer } from '../../../../test/support/server.ts';
import { EC_KEY, clientAssertion } from './client-assertion.ts';
import { tokenRequest } from './sign-in.ts';
import { requestToken } from '../../clients/request-token.ts';
import {
  type SandboxRole,
  sandboxClientId,
  sandboxKeyFile,
} from '../../clients/sandbox-clients.ts';
import type { AuthServer } from './auth-server.ts';

const KEY = EC_KEY;
const { d: _private, ...PUBLIC_KEY } = KEY;

const SCALE = {
  clientId: 'scale',
  jwks: { keys: [PUBLIC_KEY] },
  profile: 'Device/scale',
  scope: 'system/Observation.c',
  owner: 'Device team',
  purpose: 'Values of the scale',
};

const ROOT = join(import.meta.dirname, '../../../..');

/** The real server with this plugin: FHIR, policies, ledger, and accounts in databases of their own. */
export interface Product extends TestServer {
  /** As the helpers for browsers and tokens want it. */
  readonly auth: AuthServer;
  /** FHIR with an access token. */
  withToken(token: string): FhirClient;
  /** FHIR as a service account of the sandbox. */
  sandbox(role: SandboxRole): Promise<FhirClient>;
  tokenOf(role: SandboxRole): Promise<string>;
  /** Token of the service account `scale`, which is `Device/scale` and may create Observations. */
  deviceToken(): Promise<string>;
  /** `npm run accounts -- …` */
  accounts(
    ...options: readonly string[]
  ): Promise<{ readonly code: number | null; readonly output: string }>;
}

export async function startAuthProduct(settings: readonly string[] = []): Promise<Product> {
  const plugins = join(ROOT, 'plugins');
  const others = (await readdir(plugins)).filter((name) => name !== 'auth');
  const folder = await mkdtemp(join(tmpdir(), 'diga-auth-'));
  const file = join(folder, 'config.json');
  await writeFile(file, JSON.stringify({ plugins: { auth: { serviceAccounts: [SCALE] } } }));
  const server = await startTestServer({
    plugins,
    file,
    settings: [
      'mode=sandbox',
      'plugins.auth.login.responseFloorMs=0',
      ...others.map((name) => `plugins.${name}.enabled=false`),
      ...settings,
    ],
  });
  const base = `${server.url}/fhir`;
  const tokenOf = async (role: SandboxRole): Promise<string> => {
    const file = join(server.config.dataDirectory, 'plugins/auth', sandboxKeyFile(role));
    const key = JSON.parse(await readFile(file, 'utf8')) as JWK;
    return requestToken(server.url, sandboxClientId(role), key, systemClock);
  };
  const auth = { origin: server.url, now: () => Date.now() } as AuthServer;
  return {
    ...server,
    auth,
    withToken: (token) => fhirClient(base, token),
    tokenOf,
    async deviceToken() {
      const full = fhirClient(base, await tokenOf('full'));
      await full.put('Device/scale', { resourceType: 'Device', id: 'scale', status: 'active' });
      await full.put('ProjectMembership/scale', {
        resourceType: 'ProjectMembership',
        id: 'scale',
        project: { reference: 'Project/default' },
        user: { reference: 'ClientApplication/scale' },
        profile: { reference: 'Device/scale' },
        access: [{ policy: { reference: 'AccessPolicy/full' } }],
      });
      const claims = { iss: 'scale', sub: 'scale' };
      const { body } = await tokenRequest(auth, {
        grant_type: 'client_credentials',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: await clientAssertion(auth, claims),
      });
      return body.access_token;
    },
    async close() {
      await server.close();
      await rm(folder, { recursive: true });
    },
    sandbox: async (role) => fhirClient(base, await tokenOf(role)),
    async accounts(...options) {
      const child = spawn(
        process.execPath,
        ['--no-warnings=ExperimentalWarning', 'scripts/accounts.ts', ...options],
        {
          cwd: ROOT,
          env: {
            PATH: process.env['PATH'],
            DIGA_HTTP_ORIGIN: server.url,
          },
          stdio: ['ignore', 'pipe', 'pipe'],
        },
      );
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk: Buffer) => {
          output += chunk.toString('utf8');
        });
      const [code] = (await once(child, 'close')) as [number | null];
      return { code, output };
    },
  };
}
