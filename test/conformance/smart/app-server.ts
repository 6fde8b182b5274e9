import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';

/** An app of somebody else, on an origin of its own, that uses SMART's own client. */
export interface SmartApp {
  readonly origin: string;
  close(): Promise<void>;
}

const LIBRARY = join(
  dirname(createRequire(import.meta.url).resolve('fhirclient/package.json')),
  'build/fhir-client.js',
);

/** Begins the authorization with what stands in the query, as a launch page does. */
const LAUNCH = `<!doctype html><title>launch</title><script src="/fhir-client.js"></script><script>
const query = new URLSearchParams(location.search);
const extra = query.get('standalone') === null ? {} : { iss: query.get('standalone') };
FHIR.oauth2.authorize({ clientId: query.get('client') ?? 'growth-chart', scope: query.get('scope') ?? 'launch openid fhirUser patient/*.rs',
  redirectUri: '/app.html', pkceMode: 'required', ...extra }).catch((error) => { document.title = 'failed: ' + error.message; });
</script>`;

/** Finishes it; the state of the client is there for the test to look at. */
const APP = `<!doctype html><title>waiting</title><script src="/fhir-client.js"></script><script>
FHIR.oauth2.ready().then((client) => { globalThis.client = client; document.title = 'ready'; },
  (error) => { document.title = 'failed: ' + error.message; });
</script>`;

export async function startSmartApp(): Promise<SmartApp> {
  const library = await readFile(LIBRARY);
  const server = createServer((request, response) => {
    const [path] = (request.url ?? '').split('?', 1);
    const [type, body] =
      path === '/fhir-client.js'
        ? ['text/javascript', library]
        : ['text/html', path === '/app.html' ? APP : LAUNCH];
    response.writeHead(200, { 'Content-Type': `${type}; charset=utf-8` }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${String(port)}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
