import type { IncomingMessage } from 'node:http';
import { certificateListDocument } from '../directory/certificate-list-document.ts';
import { kassenverzeichnis } from '../directory/kassenverzeichnis-document.ts';
import type { SandboxState } from '../sandbox-state.ts';
import { controlRoute } from './control-route.ts';
import { digaRoute } from './diga-route.ts';
import { readBody } from './read-body.ts';
import { plain, type SandboxResponse } from './response.ts';

const MAX_BODY_BYTES = 8 * 1024 * 1024;
const DIGA_PATH = /^(?:\/[A-Za-z0-9._~-]+){0,5}\/diga$/;
const LOOPBACK = /^(?:127\.|::1$|::ffff:127\.)/;

const HELP = `GKV sandbox: stand-in for the insurers' clearing points
GET  /Krankenkassenverzeichnis_DiGA.xml   directory of the sandbox's insurers
GET  /annahme-rsa4096.key                 their certificates
GET  /trust-anchors.pem                   root of the test trust center
POST /<clearing point>/diga               EDFC0, TDFC0, EDRE0, TDRE0
POST /sandbox/codes                       {"insurer":"SA","digaVeId":"12345000","state":"valid","count":1}
POST /sandbox/faults                      {"kind":"slow","delayMs":5000,"count":1}
GET  /sandbox/exchanges                   what arrived`;

/** Finds the answer to a request; undefined for a request that shall hang. */
export async function route(
  request: IncomingMessage,
  state: SandboxState,
): Promise<SandboxResponse | undefined> {
  const method = request.method ?? 'GET';
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  const body = await readBody(request, MAX_BODY_BYTES);
  if (body === undefined) return plain(413, 'The body is longer than 8 MiB');
  if (path.startsWith('/sandbox/')) return control(request, method, path, body, state);
  if (DIGA_PATH.test(path)) {
    if (method !== 'POST') return plain(405, 'Only POST');
    return digaRoute({ path, contentType: request.headers['content-type'], body }, state);
  }
  if (method !== 'GET') return plain(404, 'There is nothing here');
  switch (path) {
    case '/':
      return plain(200, HELP);
    case '/Krankenkassenverzeichnis_DiGA.xml':
      return {
        status: 200,
        contentType: 'application/xml',
        body: kassenverzeichnis(state.authority()),
      };
    case '/annahme-rsa4096.key': {
      const identities = [...(await state.pki).abrechnungsstellen.values()];
      return plain(200, certificateListDocument(identities.map(({ certificate }) => certificate)));
    }
    case '/trust-anchors.pem':
      return {
        status: 200,
        contentType: 'application/x-pem-file',
        body: (await state.pki).root.x509.toString(),
      };
    default:
      return plain(404, 'There is nothing here');
  }
}

async function control(
  request: IncomingMessage,
  method: string,
  path: string,
  body: Uint8Array,
  state: SandboxState,
): Promise<SandboxResponse> {
  if (!LOOPBACK.test(request.socket.remoteAddress ?? '')) {
    return plain(403, 'The control interface answers on this machine only');
  }
  // A web page could otherwise post to a sandbox on its visitor's machine.
  if (method === 'POST' && !/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
    return plain(415, 'The control interface takes application/json');
  }
  return (await controlRoute(method, path, body, state)) ?? plain(404, 'There is nothing here');
}
