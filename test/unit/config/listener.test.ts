import { describe, expect, test } from '@jest/globals';
import { explainConfig } from '../../../src/config/explain.ts';
import { loadConfig, loadConfigWithSources } from '../../../src/config/load.ts';
import { ConfigError } from '../../../src/config/problem.ts';

const SAFE = {
  DIGA_MODE: 'production',
  DIGA_HTTP_ORIGIN: 'https://api.example',
  DIGA_HTTP_TRUSTED_PROXIES: '10.1.0.4, fd00::/8',
  DIGA_AUDIT_KEYS: '{"keys":[]}',
  DIGA_DATABASES_EMBEDDED_IN_PRODUCTION: 'true',
  DIGA_STORAGE_ENCRYPTION_AT_REST_STATEMENT: 'LUKS2 with AES-256-XTS; keys in the HSM of the host',
  DIGA_STORAGE_ENCRYPTION_AT_REST_SIGNED_BY: 'Head of operations',
  DIGA_STORAGE_ENCRYPTION_AT_REST_DATE: '2026-11-01',
};

function sources(env: Record<string, string | undefined>, file = '') {
  const argv = file === '' ? [] : ['--config', 'a.yaml'];
  const readFile = (path: string) => (path === '/app/a.yaml' ? file : undefined);
  return { argv, env, cwd: '/app', readFile };
}

function problems(env: Record<string, string | undefined>, file = ''): readonly string[] {
  try {
    loadConfig(sources(env, file));
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ key, source }) => (key === '' ? source : key));
  }
}

const CERTIFICATES =
  'http: { tls: { certificates: [{ certFile: tls/a.pem, keyFile: tls/a.key }] } }';

describe('listener of production', () => {
  test('[R-058] TR-03161-3 O.Ntwk_1: plain HTTP is refused, unless the proxies that end TLS are named', () => {
    const { DIGA_HTTP_TRUSTED_PROXIES: _named, ...alone } = SAFE;
    expect(problems(SAFE)).toEqual([]);
    expect(problems(alone)).toEqual(['http.tls.certificates']);
    expect(problems(alone, CERTIFICATES)).toEqual([]);
    expect(problems({ ...alone, DIGA_HTTP_CLIENT_ADDRESS_HEADER: 'x-real-ip' })).toEqual([
      'http.tls.certificates',
      'http.clientAddressHeader',
    ]);
  });

  test.each(['0.0.0.0/0', '::/0', '10.0.0.0/33', 'fd00::/129', '300.1.1.1', 'abc'])(
    '[R-058] the whole internet and what is no network are no proxy: %s',
    (network) => {
      expect(problems({ ...SAFE, DIGA_HTTP_TRUSTED_PROXIES: network })).toEqual([
        'http.trustedProxies',
      ]);
    },
  );

  test('files are absolute, and an origin without TLS does not fit', () => {
    const { http } = loadConfig(sources({}, CERTIFICATES));
    expect(http.origin).toBe('https://localhost:8103');
    expect(http.tls?.certificates).toEqual([
      { certFile: '/app/tls/a.pem', keyFile: '/app/tls/a.key' },
    ]);
    expect(problems({ DIGA_HTTP_ORIGIN: 'http://localhost:1' }, CERTIFICATES)).toEqual([
      'http.origin',
    ]);
  });

  test('clients are not required to bring certificates of nobody', () => {
    const env = { DIGA_HTTP_TLS_CLIENT_CERTIFICATES_MODE: 'require' };
    expect(problems(env, CERTIFICATES)).toEqual(['http.tls.clientCertificates.caFile']);
  });

  test.each(['http://app.example', 'https://app.example:*', 'http://localhost:*'])(
    'scripts of %s do not call production',
    (origin) => {
      expect(problems({ ...SAFE, DIGA_HTTP_CORS_ORIGINS: origin })).toEqual(['http.cors.origins']);
    },
  );

  test('TR-03161-3 O.Ntwk_3: nobody switches off the check of certificates', () => {
    const env = { NODE_TLS_REJECT_UNAUTHORIZED: '0' };
    expect(problems({ ...SAFE, ...env })).toEqual(['environment NODE_TLS_REJECT_UNAUTHORIZED']);
    expect(problems(env)).toEqual([]);
  });
});

describe('encryption at rest', () => {
  test("[R-059] A 3.4: without the operator's statement production does not start", () => {
    const { DIGA_STORAGE_ENCRYPTION_AT_REST_STATEMENT: _statement, ...without } = SAFE;
    expect(problems(without)).toEqual([
      'storage.encryptionAtRest.signedBy',
      'storage.encryptionAtRest',
    ]);
    const { DIGA_STORAGE_ENCRYPTION_AT_REST_SIGNED_BY: _signer, ...nobody } = SAFE;
    expect(problems(nobody)).toContain('storage.encryptionAtRest');
    expect(problems({ ...SAFE, DIGA_STORAGE_ENCRYPTION_AT_REST_DATE: 'lately' })).toEqual([
      'storage.encryptionAtRest.date',
    ]);
  });

  test('[R-059] the statement, who answers for it and its date are shown', () => {
    const shown = explainConfig(loadConfigWithSources(sources(SAFE)))
      .filter(({ key }) => key.startsWith('storage.'))
      .map(({ value }) => value);
    expect(shown).toEqual([
      SAFE.DIGA_STORAGE_ENCRYPTION_AT_REST_STATEMENT,
      'Head of operations',
      '2026-11-01',
    ]);
  });
});
