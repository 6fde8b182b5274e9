import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RouteHandler } from '../../../src/plugin/sdk.ts';
import type { Asset, Bundle } from '../bundle/open-bundle.ts';
import type { ConsoleConfig } from '../config.ts';
import { assetHeaders, messageHeaders, pageHeaders } from './headers.ts';
import { ASSETS_PATH, CONSOLE_PATH, consolePage } from './page.ts';

/** What answers requests for the console. */
export interface HandlerParts {
  readonly config: ConsoleConfig;
  /** The built page; called with every request. @throws where there is none */
  readonly bundle: () => Promise<Bundle>;
  /** Why there is no page, for the log. */
  readonly onMissing: (error: unknown) => void;
}

/**
 * Serves the page below `/console` and its files below `/console/assets`. A file is looked up by its name in what was built,
 * so no path leads anywhere else.
 */
export function consoleHandler({ config, bundle, onMissing }: HandlerParts): RouteHandler {
  return async (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      message(response, 405, 'Only GET and HEAD.');
      return;
    }
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    let built: Bundle;
    try {
      built = await bundle();
    } catch (error) {
      onMissing(error);
      message(
        response,
        503,
        'The console is not there: it was not built, or its build failed. The log of the server says why. The server itself works.\n',
      );
      return;
    }
    if (path === CONSOLE_PATH) {
      response.writeHead(308, { ...messageHeaders(), Location: `${CONSOLE_PATH}/` }).end();
      return;
    }
    if (!path.startsWith(`${ASSETS_PATH}/`)) {
      page(request, response, built, config);
      return;
    }
    const name = path.slice(ASSETS_PATH.length + 1);
    const asset = built.assets.get(name);
    if (asset === undefined) message(response, 404, 'There is no such file.\n');
    else file(request, response, name, asset);
  };
}

function page(
  request: IncomingMessage,
  response: ServerResponse,
  bundle: Bundle,
  config: ConsoleConfig,
): void {
  const nonce = randomBytes(16).toString('base64');
  const body = consolePage(bundle, config, nonce);
  response.writeHead(200, { ...pageHeaders(nonce), 'Content-Length': Buffer.byteLength(body) });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function file(
  request: IncomingMessage,
  response: ServerResponse,
  name: string,
  { content, brotli }: Asset,
): void {
  const accepted = /(?:^|[\s,])br(?:$|[\s,;])/.test(
    request.headers['accept-encoding']?.toString() ?? '',
  );
  const compressed = accepted && brotli !== undefined;
  const body = compressed ? brotli : content;
  response.writeHead(200, {
    ...assetHeaders(name),
    ...(compressed ? { 'Content-Encoding': 'br' } : {}),
    'Content-Length': body.length,
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function message(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { ...messageHeaders(), 'Content-Length': Buffer.byteLength(text) });
  response.end(text);
}
