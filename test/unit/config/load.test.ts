import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { explainConfig } from '../../../src/config/explain.ts';
import type { ConfigSources } from '../../../src/config/load.ts';
import { loadConfig, loadConfigWithSources } from '../../../src/config/load.ts';
import { ConfigError, type ConfigProblem } from '../../../src/config/problem.ts';
import { listSettings } from '../../../src/config/settings-list.ts';

function sources(
  given: { argv?: string[]; env?: Record<string, string>; files?: Record<string, string> } = {},
): ConfigSources {
  const files: Record<string, string | undefined> = given.files ?? {};
  return {
    argv: given.argv ?? [],
    env: given.env ?? {},
    cwd: '/app',
    readFile: (path) => files[path.replace(/^\/app\//, '')],
  };
}

function problemsOf(given: ConfigSources): readonly ConfigProblem[] {
  try {
    loadConfig(given);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

const ownDatabases = Object.fromEntries(
  ['CLINICAL', 'ACCOUNTS', 'BILLING'].flatMap((area) => [
    [`DIGA_DATABASES_${area}_URL`, `postgresql://run:pw@db/${area}?sslmode=verify-full`],
    [`DIGA_DATABASES_${area}_OWNER_URL`, `postgresql://own:pw@db/${area}?sslmode=verify-full`],
  ]),
);
const encrypted = {
  DIGA_STORAGE_ENCRYPTION_AT_REST_STATEMENT: 'LUKS2 with AES-256-XTS; keys in the HSM of the host',
  DIGA_STORAGE_ENCRYPTION_AT_REST_SIGNED_BY: 'Head of operations',
  DIGA_STORAGE_ENCRYPTION_AT_REST_DATE: '2026-11-01',
};
const production = {
  DIGA_MODE: 'production',
  DIGA_HTTP_ORIGIN: 'https://api.example',
  DIGA_HTTP_TRUSTED_PROXIES: '10.1.0.4',
  DIGA_AUDIT_KEYS: '{"keys":[]}',
  ...encrypted,
  ...ownDatabases,
};

describe('configuration: sources', () => {
  test('without any source it is a sandbox on this machine with an embedded database', () => {
    expect(loadConfig(sources())).toEqual({
      mode: 'sandbox',
      dataDirectory: '/app/.diga',
      http: {
        port: 8103,
        host: '127.0.0.1',
        origin: 'http://localhost:8103',
        maxBodyBytes: 16_777_216,
        maxBinaryBytes: 1_073_741_824,
        clientAddressHeader: undefined,
        trustedProxies: ['127.0.0.0/8', '::1'],
        maxConnections: 10_000,
        tls: undefined,
        publishedPins: undefined,
        cors: {
          origins: [
            'http://localhost:*',
            'http://127.0.0.1:*',
            'https://localhost:*',
            'https://127.0.0.1:*',
          ],
        },
      },
      databases: undefined,
      log: { level: 'info' },
      search: {
        defaultCount: 20,
        maxCount: 1000,
        fullText: 'narrative',
        settleSeconds: 5,
        unknownParameters: 'reject',
      },
      fhir: {
        referentialIntegrity: true,
        conditionalDelete: 'single',
        packages: [],
        validateProfilesOnWrite: 'off',
      },
      bulk: {
        keepHours: 24,
        jobsPerClient: 2,
        linesPerFile: 50_000,
        maxImportBytes: 10_737_418_240,
        maxLineBytes: 16_777_216,
      },
      plugins: {},
      audit: {
        keys: undefined,
        sealSeconds: 2,
        retention: {
          security: { days: 730 },
          access: { days: 730 },
          mdr: {
            days: 3_653,
            types: ['AdverseEvent', 'Device', 'DeviceDefinition', 'DeviceUseStatement'],
            interactions: ['create', 'update', 'patch', 'delete'],
          },
          billing: {
            days: 3_653,
            types: [
              'Account',
              'ChargeItem',
              'Claim',
              'ClaimResponse',
              'Invoice',
              'PaymentNotice',
              'PaymentReconciliation',
            ],
            interactions: ['create', 'update', 'patch', 'delete'],
          },
        },
        witness: { url: undefined, token: undefined, directory: undefined, everySeconds: 60 },
      },
      bots: {
        timeoutSeconds: 120,
        memoryMb: 128,
        isolation: 'any',
        destinations: [],
        privateDestinations: [],
        webhooks: false,
        keepRunsDays: 30,
        jobsPerClient: 20,
        secrets: {},
      },
      blobs: { s3: undefined },
      storage: { encryptionAtRest: undefined },
      metrics: undefined,
      subscriptions: {
        destinations: ['*'],
        privateDestinations: [],
        timeoutSeconds: 10,
        maxSockets: 1000,
        maxSubscriptions: 10_000,
      },
      redis: undefined,
      sandboxes: true,
    });
  });

  test('each source wins over the one before it', () => {
    const files = {
      'config/default.yaml': 'http: { port: 1 }',
      'config/sandbox.yaml': 'http: { port: 2 }',
      'a.yaml': 'http: { port: 3 }',
      'b.yaml': 'http: { port: 4 }',
      secret: '6\n',
    };
    const port = (given: Parameters<typeof sources>[0]): number =>
      loadConfig(sources({ ...given, files })).http.port;
    expect(port({})).toBe(2);
    expect(port({ env: { DIGA_CONFIG: 'a.yaml' } })).toBe(3);
    expect(port({ env: { DIGA_CONFIG: 'a.yaml' }, argv: ['--config', 'b.yaml'] })).toBe(4);
    expect(port({ env: { PORT: '5' } })).toBe(5);
    expect(port({ env: { PORT: '5', DIGA_HTTP_PORT: '7' } })).toBe(7);
    expect(port({ env: { PORT: '5', DIGA_HTTP_PORT_FILE: 'secret' } })).toBe(6);
    expect(port({ env: { DIGA_HTTP_PORT: '7' }, argv: ['--port=8'] })).toBe(8);
    expect(port({ argv: ['--port', '8', '--set', 'http.port=9'] })).toBe(9);
  });

  test('the mode chooses the file, wherever the mode is set', () => {
    const files = { 'config/production.yaml': 'search: { maxCount: 77 }' };
    expect(loadConfig(sources({ env: production, files })).search.maxCount).toBe(77);
  });

  test('every setting of the reference can be set by its variable', () => {
    for (const setting of listSettings()) {
      const wrong = problemsOf(sources({ env: { [setting.variable]: ' ' } }));
      const accepted = wrong.length === 0;
      const named = wrong.some((problem) => problem.source === `environment ${setting.variable}`);
      expect([setting.variable, accepted || named]).toEqual([setting.variable, true]);
    }
  });

  test('sections of plugins pass through, from files and variables', () => {
    const files = {
      'config/default.yaml': 'plugins: { gkv: { enabled: false, ik: "123456789" } }',
    };
    const env = {
      DIGA_PLUGINS__UPDATE_GATE__MIN_VERSION: '1.10',
      DIGA_PLUGINS__GKV__RETRY: 'true',
    };
    expect(loadConfig(sources({ env, files })).plugins).toEqual({
      gkv: { enabled: false, section: { ik: '123456789', retry: true } },
      'update-gate': { enabled: true, section: { minVersion: '1.10' } },
    });
  });
});

test('secrets of bots come from files, under the names that the bots know', () => {
  const env = { DIGA_BOTS_SECRETS__GKV_BILLING__API_KEY_FILE: 'key' };
  const loaded = loadConfigWithSources(sources({ env, files: { key: 'hunter2\n' } }));
  expect(loaded.config.bots.secrets).toEqual({ 'gkv-billing': { API_KEY: 'hunter2' } });
  expect(JSON.stringify(explainConfig(loaded))).not.toContain('hunter2');
});

describe('configuration: problems', () => {
  test('all are reported at once, with key, source and what is expected', () => {
    const files = { 'config/default.yaml': 'http: { prot: 1 }\nsearch: { maxCount: 0 }' };
    const env = { DIGA_HTTP_PORT: 'high', DIGA_LOG_LEVEL: 'loud', DIGA_HTP_HOST: 'x' };
    expect(problemsOf(sources({ env, files, argv: ['--colour', 'red'] }))).toEqual(
      expect.arrayContaining([
        {
          key: 'http.port',
          source: 'environment DIGA_HTTP_PORT',
          expected: 'a value of type number',
        },
        {
          key: 'log.level',
          source: 'environment DIGA_LOG_LEVEL',
          expected: 'one of trace, debug, info, warn, error, fatal, silent',
        },
        { key: 'search.maxCount', source: 'file default.yaml', expected: 'at least 1' },
        { key: 'http.prot', source: 'file default.yaml', expected: 'no such setting' },
        {
          key: '',
          source: 'environment DIGA_HTP_HOST',
          expected: 'no such setting; did you mean DIGA_HTTP_HOST?',
        },
        { key: '', source: 'option --colour', expected: 'one of --config, --mode, --port, --set' },
      ]),
    );
  });

  test('a file that is missing, malformed or no mapping is named', () => {
    const files = { 'bad.yaml': 'a: [', 'list.yaml': '- 1', 'twice.yaml': 'a: 1\na: 2' };
    const argv = ['none', 'bad', 'list', 'twice'].flatMap((name) => ['--config', `${name}.yaml`]);
    const found = problemsOf(sources({ argv, files })).map((problem) => problem.source);
    expect(new Set(found)).toEqual(
      new Set(['none', 'bad', 'list', 'twice'].map((name) => `file /app/${name}.yaml`)),
    );
  });

  test('a secret file that is missing is a problem of its setting', () => {
    expect(problemsOf(sources({ env: { DIGA_REDIS_URL_FILE: '/run/none' } }))).toEqual([
      {
        key: 'redis.url',
        source: 'environment DIGA_REDIS_URL_FILE',
        expected: 'a readable file of at most 65536 characters',
      },
    ]);
  });

  test('the value at fault is never repeated, as it may be a secret', () => {
    const env = {
      DIGA_DATABASES_CLINICAL_URL: 'hunter2',
      DIGA_REDIS_URL: 'hunter2',
      DIGA_MODE: 'hunter2',
    };
    const problems = problemsOf(sources({ env }));
    expect(problems.length).toBeGreaterThanOrEqual(3);
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });

  test('three databases or none; two areas never share one', () => {
    const {
      DIGA_DATABASES_BILLING_URL: _url,
      DIGA_DATABASES_BILLING_OWNER_URL: _owner,
      ...two
    } = ownDatabases;
    expect(problemsOf(sources({ env: two })).map((problem) => problem.key)).toEqual([
      'databases.billing',
    ]);
    const shared = {
      ...ownDatabases,
      DIGA_DATABASES_BILLING_URL: 'postgresql://other:x@db/CLINICAL?sslmode=verify-full',
    };
    expect(problemsOf(sources({ env: shared })).map((problem) => problem.key)).toEqual([
      'databases.billing.url',
    ]);
  });

  test('keys that name parts of every object reach no prototype', () => {
    const files = {
      'config/default.yaml':
        '__proto__: { polluted: 1 }\nconstructor: { prototype: { polluted: 1 } }',
    };
    problemsOf(sources({ files, argv: ['--set', '__proto__.polluted=1'] }));
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test('whatever the sources hold, the outcome is a configuration or a ConfigError', () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom('http', 'port', 'plugins', 'databases', '__proto__'),
    );
    fc.assert(
      fc.property(
        fc.array(word),
        fc.string(),
        fc.dictionary(
          word.map((text) => `DIGA_${text.toUpperCase()}`),
          fc.string(),
        ),
        (argv, file, env) => {
          problemsOf(sources({ argv, env, files: { 'config/default.yaml': file } }));
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('configuration: production', () => {
  test('what is safe is accepted', () => {
    const config = loadConfig(sources({ env: production }));
    expect(config.sandboxes).toBe(false);
    expect(config.http.host).toBe('0.0.0.0');
    expect(config.databases?.billing.ownerUrl).toContain('postgresql://own:');
  });

  test.each([
    ['http.origin', { DIGA_HTTP_ORIGIN: 'http://api.example' }],
    ['sandboxes', { DIGA_SANDBOXES: 'true' }],
    ['log.level', { DIGA_LOG_LEVEL: 'trace' }],
    ['redis.url', { DIGA_REDIS_URL: 'redis://cache:6379' }],
    ['databases.clinical.url', { DIGA_DATABASES_CLINICAL_URL: 'postgresql://run:pw@db/c' }],
    [
      'databases.clinical.url',
      { DIGA_DATABASES_CLINICAL_URL: 'postgresql://own:pw@db/c?sslmode=verify-full' },
    ],
  ])('an unsafe %s is refused: %j', (key, env) => {
    expect(problemsOf(sources({ env: { ...production, ...env } })).map((p) => p.key)).toEqual([
      key,
    ]);
    expect(problemsOf(sources({ env: { ...ownDatabases, ...env, DIGA_MODE: 'sandbox' } }))).toEqual(
      [],
    );
  });

  test('the embedded database must be acknowledged', () => {
    const env = {
      DIGA_MODE: 'production',
      DIGA_HTTP_ORIGIN: 'https://api.example',
      DIGA_HTTP_TRUSTED_PROXIES: '10.1.0.4',
      DIGA_AUDIT_KEYS: '{"keys":[]}',
      ...encrypted,
    };
    expect(problemsOf(sources({ env })).map((problem) => problem.key)).toEqual(['databases']);
    const acknowledged = { ...env, DIGA_DATABASES_EMBEDDED_IN_PRODUCTION: 'true' };
    expect(problemsOf(sources({ env: acknowledged }))).toEqual([]);
  });
});

test('[R-209] production needs a key for the checkpoints of the ledger', () => {
  const { DIGA_AUDIT_KEYS: _without, ...env } = production;
  expect(problemsOf(sources({ env })).map(({ key }) => key)).toEqual(['audit.keys']);
});

describe('config explain', () => {
  test('shows every value with its source, and no secret', () => {
    const files = {
      'config/default.yaml':
        'bots: { secrets: { a: { ID: hunter2 } } }\nplugins: { gkv: { clientSecret: hunter2, clients: [{ id: a, secret: hunter2 }], ik: "1", empty: {} } }',
      file: 'hunter2',
    };
    const env = {
      ...ownDatabases,
      DIGA_DATABASES_CLINICAL_URL: 'postgresql://run:hunter2@db/c?password=hunter2',
      DIGA_PLUGINS__GKV__PLAIN_FILE: 'file',
      PORT: '9000',
    };
    const rows = explainConfig(loadConfigWithSources(sources({ env, files })));
    expect(JSON.stringify(rows)).not.toContain('hunter2');
    expect(rows).toEqual(
      expect.arrayContaining([
        { key: 'http.port', value: '9000', source: 'environment PORT' },
        { key: 'search.maxCount', value: '1000', source: 'default' },
        { key: 'plugins.gkv.ik', value: '1', source: 'file default.yaml' },
        {
          key: 'plugins.gkv.plain',
          value: '***',
          source: 'secret file DIGA_PLUGINS__GKV__PLAIN_FILE',
        },
        {
          key: 'databases.clinical.url',
          value: 'postgresql://run:***@db/c?password=***',
          source: 'environment DIGA_DATABASES_CLINICAL_URL',
        },
      ]),
    );
  });
});
