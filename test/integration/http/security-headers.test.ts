import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
const url = (path: string): string => `${server.url}${path}`;
const header = async (path: string, init?: RequestInit): Promise<Headers> => {
  const answer = await fetch(url(path), init);
  await answer.arrayBuffer();
  return answer.headers;
};

describe('header fields of every answer', () => {
  beforeAll(async () => {
    server = await startTestServer({ settings: ['http.cors.origins=https://app.example'] });
  }, 60_000);
  afterAll(() => server.close(), 30_000);

  test.each(['/fhir/R4/Patient', '/fhir/metadata', '/health', '/nothing', '/fhir/R4/$nothing'])(
    'IT-Grundschutz APP.3.1.A21: %s is not sniffed, framed or run',
    async (path) => {
      const headers = await header(path);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('cache-control')).toMatch(/no-store|public, max-age/);
      expect(headers.get('server')).toBeNull();
      expect(headers.get('x-powered-by')).toBeNull();
      // The origin is plain http here, for which HSTS means nothing.
      expect(headers.get('strict-transport-security')).toBeNull();
    },
  );

  test('Fetch CORS protocol: a preflight of a listed origin is answered with what MedplumClient needs', async () => {
    for (const path of ['/fhir/R4/Patient/1', '/auth/login', '/oauth2/token', '/admin/projects']) {
      const answer = await fetch(url(path), {
        method: 'OPTIONS',
        headers: {
          Origin: 'https://app.example',
          'Access-Control-Request-Method': 'PUT',
          'Access-Control-Request-Headers': 'authorization, if-match, x-medplum, dpop',
        },
      });
      expect(answer.status).toBe(204);
      expect(answer.headers.get('access-control-allow-origin')).toBe('https://app.example');
      expect(answer.headers.get('access-control-allow-credentials')).toBe('true');
      expect(answer.headers.get('vary')).toContain('Origin');
      const allowed = answer.headers.get('access-control-allow-headers')?.toLowerCase().split(', ');
      expect(allowed).toEqual(
        expect.arrayContaining(['authorization', 'if-match', 'x-medplum', 'dpop', 'prefer']),
      );
    }
  });

  test.each([
    'https://app.example.evil.test',
    'http://app.example',
    'https://app.example:444',
    'null',
    'https://APP.example',
  ])('the origin %s is not that of the list', async (origin) => {
    const headers = await header('/fhir/R4/Patient', { headers: { Origin: origin } });
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect(headers.get('access-control-allow-credentials')).toBeNull();
  });
});

describe('who may say how a client came', () => {
  let behind: TestServer;
  beforeAll(async () => {
    behind = await startTestServer({
      settings: ['http.trustedProxies=192.0.2.1', 'http.clientAddressHeader=x-real-ip'],
    });
  }, 60_000);
  afterAll(() => behind.close(), 30_000);

  test.each(['X-Forwarded-Proto', 'X-Forwarded-Host', 'Forwarded'])(
    '[R-058] A 3.4: %s of a hop that is no proxy is refused, and that is on the ledger',
    async (name) => {
      const answer = await fetch(`${behind.url}/fhir/R4/Patient`, { headers: { [name]: 'https' } });
      expect(answer.status).toBe(400);
      expect(await answer.text()).toContain('http.trustedProxies');
      const rows = await behind.audit();
      expect(rows.map(({ detail }) => detail)).toContain('HTTP_FORWARDED_UNTRUSTED');
    },
  );

  test('[R-058] the address that a stranger claims is not believed', async () => {
    await fetch(`${behind.url}/fhir/R4/Patient`, { headers: { 'X-Real-IP': '203.0.113.9' } });
    const { rows } = await behind.sql.query<{ text: string }>(
      "select string_agg(to_jsonb(a)::text, ' ') as text from audit_event a",
    );
    expect(rows[0]?.text).toContain('AUTH_TOKEN_MISSING');
    expect(rows[0]?.text).toContain('127.0.0');
    expect(rows[0]?.text).not.toContain('203.0.113');
  });
});
