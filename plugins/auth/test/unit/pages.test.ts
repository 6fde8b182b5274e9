import { Readable } from 'node:stream';
import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { clientAddress } from '../../pages/client-address.ts';
import { formBody } from '../../pages/form-body.ts';
import { canonicalHost } from '../../oidc/canonical-host.ts';
import { pageHeaders } from '../../pages/headers.ts';
import { html } from '../../pages/html.ts';
import { languageFor } from '../../pages/locale.ts';

describe('pages', () => {
  test('no text put into a page can become markup', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const page = html`<p title="${text}">${[html`<b>${text}</b>`]}</p>`.html;
        const decode = (part: string) =>
          part.replace(
            /&(amp|lt|gt|quot|#39);/g,
            (entity) =>
              ({ '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" })[entity] ??
              '',
          );
        const [, title = '', inner = ''] =
          /^<p title="([^"]*)"><b>([^<]*)<\/b><\/p>$/s.exec(page) ?? [];
        expect([decode(title), decode(inner)]).toEqual([text, text]);
      }),
    );
  });

  test('a redirect URI cannot smuggle anything into the security policy', () => {
    const csp = (uri: string) => pageHeaders(true, { redirectUri: uri })['Content-Security-Policy'];
    expect(csp('de.example.app:/callback')).toContain("form-action 'self' de.example.app:;");
    expect(csp('https://portal.example/callback?x=1')).toContain(
      "form-action 'self' https://portal.example;",
    );
    expect(csp("https://a.example/;script-src 'unsafe-inline'")).not.toContain('script-src');
    fc.assert(
      fc.property(fc.oneof(fc.webUrl(), fc.string()), (uri) => {
        expect(csp(uri)?.split(';')).toHaveLength(5);
      }),
    );
    expect(pageHeaders(true)['Strict-Transport-Security']).toBeDefined();
    expect(pageHeaders(false)['Strict-Transport-Security']).toBeUndefined();
  });

  test('OIDC Core 3.1.2.1 ui_locales goes before Accept-Language, which goes by quality', () => {
    const lang = languageFor;
    expect(lang('en-GB de', 'de')).toBe('en');
    expect(lang(undefined, 'fr, en;q=0.5, de;q=0.4')).toBe('en');
    expect(lang(undefined, 'en;q=0, de')).toBe('de');
    expect(lang(42, undefined)).toBe('de');
    expect(lang('__proto__ constructor', 'toString')).toBe('de');
    fc.assert(fc.property(fc.string(), fc.string(), (a, b) => ['de', 'en'].includes(lang(a, b))));
  });

  test('addresses: the connection, or the last one the own proxy wrote; IPv6 by /64', () => {
    const request = (remoteAddress: string, headers = {}) =>
      ({ socket: { remoteAddress }, headers }) as unknown as IncomingMessage;
    const direct = clientAddress(undefined);
    const proxied = clientAddress('x-forwarded-for');
    const spoofed = { 'x-forwarded-for': '1.2.3.4, 5.6.7.8' };
    expect(direct(request('9.9.9.9', spoofed))).toBe('9.9.9.9');
    expect(proxied(request('10.0.0.1', spoofed))).toBe('5.6.7.8');
    expect(proxied(request('10.0.0.1', { 'x-forwarded-for': 'nonsense' }))).toBe('10.0.0.1');
    expect(direct(request('2001:db8:1:2:a:b:c:d'))).toBe('2001:db8:1:2');
    expect(direct(request('2001:db8:1:2::1'))).toBe(direct(request('2001:db8:1:2:ffff::')));
    expect(direct(request('2001:db8::1'))).toBe('2001:db8:0:0');
    expect(direct(request('::1'))).toBe('0:0:0:0');
    expect(direct(request('::ffff:9.9.9.9'))).toBe('::ffff:9.9.9.9');
  });

  test('forms are read as they were written; fields given twice and other media types are refused', async () => {
    const post = (
      body: string | Buffer,
      type = 'application/x-www-form-urlencoded; charset=utf-8',
    ) => {
      const stream = Readable.from([Buffer.from(body)]) as unknown as IncomingMessage;
      stream.headers = { 'content-type': type };
      return formBody(stream);
    };
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), fc.string()), async (fields) => {
        const read = await post(new URLSearchParams(fields).toString());
        expect([...read]).toEqual(
          Object.entries(fields).map(([name, value]) => [
            name.toWellFormed(),
            value.toWellFormed(),
          ]),
        );
      }),
    );
    await expect(post('a=1&a=2')).rejects.toMatchObject({ code: 'AUTH_BODY_INVALID', status: 400 });
    await expect(post('a=1', 'multipart/form-data')).rejects.toMatchObject({
      code: 'AUTH_BODY_INVALID',
    });
    await expect(post('a='.padEnd(9000, 'x'))).rejects.toMatchObject({ code: 'AUTH_BODY_INVALID' });
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        await post(Buffer.from(bytes)).catch((error: unknown) =>
          expect((error as { code?: string }).code).toBe('AUTH_BODY_INVALID'),
        );
      }),
    );
  });

  test('a sign-in begun at another loopback name moves to the configured one, others stay', () => {
    const at = (host: string, origin = 'http://localhost:8103', method = 'GET') =>
      canonicalHost(
        { headers: { host }, method, url: '/oauth2/authorize?a=b' } as unknown as IncomingMessage,
        new URL(origin),
      );
    expect(at('127.0.0.1:8103')).toBe('http://localhost:8103/oauth2/authorize?a=b');
    expect(at('[::1]:8103')).toBe('http://localhost:8103/oauth2/authorize?a=b');
    expect(at('localhost:8103')).toBeUndefined();
    expect(at('127.0.0.1:9999')).toBeUndefined();
    expect(at('evil.example:8103')).toBeUndefined();
    expect(at('127.0.0.1:8103', 'https://api.diga.example')).toBeUndefined();
    expect(at('127.0.0.1:8103', undefined, 'POST')).toBeUndefined();
    expect(at('a b')).toBeUndefined();
  });
});
