import { readFile } from 'node:fs/promises';
import type { RouteHandler } from '../../../src/plugin/sdk.ts';
import { LOGO_PATH, PASSKEY_SCRIPT_PATH, STYLE_PATH, THEME_PATH } from '../oidc/paths.ts';
import type { Theme } from './theme/theme.ts';
import { pathOf } from './visit.ts';

interface Asset {
  readonly type: string;
  readonly content: Buffer;
}

/** Style, colours, logo and the passkey script, from memory. */
export async function assetRoutes(theme: Theme): Promise<RouteHandler> {
  const own = async (name: string, type: string): Promise<Asset> => ({
    type,
    content: await readFile(new URL(name, import.meta.url)),
  });
  const assets = new Map<string, Asset>([
    [STYLE_PATH, await own('style.css', 'text/css; charset=utf-8')],
    [THEME_PATH, { type: 'text/css; charset=utf-8', content: Buffer.from(theme.css) }],
    [PASSKEY_SCRIPT_PATH, await own('passkey.js', 'text/javascript; charset=utf-8')],
    ...(theme.logo === undefined ? [] : [[LOGO_PATH, theme.logo] as const]),
  ]);
  return (request, response) => {
    const readable = request.method === 'GET' || request.method === 'HEAD';
    const asset = readable ? assets.get(pathOf(request)) : undefined;
    response.writeHead(asset === undefined ? 404 : 200, {
      ...(asset === undefined ? {} : { 'Content-Type': asset.type }),
      // A logo is a file of the manufacturer's: opened by itself, it may do nothing.
      'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
      'Cache-Control': asset === undefined ? 'no-store' : 'public, max-age=3600',
      'X-Content-Type-Options': 'nosniff',
      'Cross-Origin-Resource-Policy': 'same-origin',
    });
    response.end(asset?.content ?? '');
  };
}
