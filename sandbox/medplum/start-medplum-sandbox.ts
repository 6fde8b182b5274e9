import { forbidden, getStatus, isOperationOutcome, notFound, unauthorized } from '@medplum/core';
import type { Project, Resource } from '@medplum/fhirtypes';
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { admin } from './admin-routes.ts';
import { newBotCode } from './bot-code.ts';
import { type FhirAnswer, type FhirCall, newResources, type Resources } from './repository.ts';
import { newTokens, type SandboxClient } from './token-endpoint.ts';
import { Writes } from './writes.ts';

export interface MedplumSandboxOptions {
  readonly port?: number;
  readonly host?: string;
  readonly client?: SandboxClient;
  /** `Project.features`. */
  readonly features?: Project['features'];
  /** False: the client is no project administrator. */
  readonly admin?: boolean;
}

/** A running stand-in of a stock Medplum server. */
export interface MedplumSandbox {
  readonly url: string;
  readonly client: SandboxClient;
  readonly writes: Writes;
  /** Resources as they are stored. */
  readonly resources: Resources;
  /** Tokens issued so far hold no more. */
  revokeTokens(): void;
  close(): Promise<void>;
}

const MAX_BODY = 50_000_000;
const FHIR = '/fhir/R4/';

/** Starts a server with one project and one client, which may do everything, as a client without a policy may there. */
export async function startMedplumSandbox(
  options: MedplumSandboxOptions = {},
): Promise<MedplumSandbox> {
  const { host = '127.0.0.1', features = ['bots'], admin: isAdmin = true } = options;
  const client = options.client ?? { id: randomUUID(), secret: randomUUID() };
  const resources = newResources();
  const { repository } = resources;
  const project: Project & { id: string } = {
    resourceType: 'Project',
    id: randomUUID(),
    name: 'Sandbox',
    features,
  };
  await repository.updateResource(project);
  const tokens = await newTokens(client, project.id);
  const code = newBotCode(repository);
  const writes = new Writes();

  const fhir = async (call: FhirCall): Promise<FhirAnswer> => {
    const [type = '', id = '', operation] = (call.url.split('?', 1)[0] ?? '').split('/').slice(1);
    if (type !== 'Bot' || operation !== '$deploy') return resources.handle(call);
    if (features.includes('bots')) return { outcome: await code.deploy(id, call.body) };
    return {
      outcome: {
        ...forbidden,
        issue: [{ severity: 'error', code: 'forbidden', details: { text: 'Bots not enabled' } }],
      },
    };
  };

  const answer = async (request: IncomingMessage, url: URL, body: unknown): Promise<FhirAnswer> => {
    if (!(await tokens.holds(request.headers.authorization))) return { outcome: unauthorized };
    const { pathname, search } = url;
    const method = request.method as FhirCall['method'];
    if (pathname === '/auth/me') {
      const profile = { resourceType: 'ClientApplication', id: client.id, name: 'Deployment' };
      const membership = { id: randomUUID(), admin: isAdmin };
      return {
        outcome: { resourceType: 'OperationOutcome', id: 'ok', issue: [] },
        resource: { project, membership, profile, config: {} } as unknown as Resource,
      };
    }
    if (pathname.startsWith('/admin/')) {
      if (!isAdmin) return { outcome: forbidden };
      return admin(repository, project, method, pathname.split('/').slice(1), body);
    }
    if (!pathname.startsWith(FHIR)) return { outcome: notFound };
    const headers = request.headers as FhirCall['headers'];
    return fhir({ method, url: `/${pathname.slice(FHIR.length)}${search}`, body, headers });
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', origin);
    if (url.pathname.startsWith('/storage/')) {
      const text = code.read(url);
      response.writeHead(text === undefined ? 403 : 200, { 'Content-Type': 'text/javascript' });
      response.end(text);
      return;
    }
    const text = await bodyOf(request);
    if (url.pathname === '/oauth2/token') {
      if (request.headers['content-type'] !== 'application/x-www-form-urlencoded') {
        response.writeHead(400, { 'Content-Type': 'text/plain' }).end('Unsupported content type');
        return;
      }
      const { status, body } = await tokens.grant(new URLSearchParams(text));
      send(response, status, body);
      return;
    }
    const body = text === '' ? undefined : (JSON.parse(text) as unknown);
    const what = `${request.method ?? ''} ${url.pathname}`;
    await writes.coming(what);
    const { outcome, resource } = await answer(request, url, body);
    const status = getStatus(outcome);
    if (request.method !== 'GET' && status < 400) await writes.done(what);
    const extended = request.headers['x-medplum'] === 'extended';
    const shown = resource === undefined ? outcome : present(resource, extended);
    send(response, status, shown);
  };

  const present = (resource: Resource, extended: boolean): object => {
    if (isOperationOutcome(resource)) return resource;
    const shown = code.present(resource, origin);
    if (shown.resourceType === 'Bundle') {
      const entry = shown.entry?.map((one) =>
        one.resource === undefined ? one : { ...one, resource: present(one.resource, extended) },
      );
      return { ...shown, ...(entry === undefined ? {} : { entry }) };
    }
    if (!extended || shown.meta === undefined) return shown;
    const author = { reference: `ClientApplication/${client.id}` };
    const compartment = [{ reference: `Project/${project.id}` }];
    return { ...shown, meta: { ...shown.meta, author, project: project.id, compartment } };
  };

  let origin = 'http://127.0.0.1';
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      const invalid = error instanceof SyntaxError;
      if (!invalid) process.stderr.write(`sandbox medplum: ${String(error)}\n`);
      if (!response.headersSent) response.writeHead(invalid ? 400 : 500);
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, host, resolve));
  origin = `http://${host}:${(server.address() as AddressInfo).port}`;
  return {
    url: origin,
    client,
    writes,
    resources,
    revokeTokens: () => tokens.revoke(),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/fhir+json' });
  response.end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY) throw new SyntaxError('The body is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
