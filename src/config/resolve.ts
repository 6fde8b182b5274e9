import { resolve } from 'node:path';
import type { RetentionRules } from '../audit/retention/classes.ts';
import type { S3Options } from '../blobs/s3-store.ts';
import { DATA_AREAS } from '../postgres/database-names.ts';
import type { Config, PluginConfig, TlsConfig } from './config.ts';
import type { ParsedConfig } from './schema.ts';

const THIS_MACHINE = '127.0.0.0/8, ::1';
const LOCAL_ORIGINS =
  'http://localhost:*, http://127.0.0.1:*, https://localhost:*, https://127.0.0.1:*';

/** Fills in what depends on other settings: the mode, the port, the working directory. */
export function resolveConfig(parsed: ParsedConfig, cwd: string): Config {
  const sandbox = parsed.mode === 'sandbox';
  const { clinical, accounts, billing } = parsed.databases;
  const { redis } = parsed;
  return {
    mode: parsed.mode,
    dataDirectory: resolve(cwd, parsed.dataDirectory),
    http: {
      port: parsed.http.port,
      host: parsed.http.host ?? (sandbox ? '127.0.0.1' : '0.0.0.0'),
      // Passkeys are bound to a domain name, which 127.0.0.1 is not.
      origin:
        parsed.http.origin ??
        `${parsed.http.tls.certificates.length === 0 ? 'http' : 'https'}://localhost:${parsed.http.port}`,
      maxBodyBytes: parsed.http.maxBodyBytes,
      maxBinaryBytes: parsed.http.maxBinaryBytes,
      clientAddressHeader: parsed.http.clientAddressHeader,
      trustedProxies: list(parsed.http.trustedProxies ?? (sandbox ? THIS_MACHINE : '')),
      maxConnections: parsed.http.maxConnections,
      tls: tlsConfig(parsed.http.tls, cwd),
      publishedPins: publishedPins(parsed.http.publishedPins, cwd),
      cors: { origins: list(parsed.http.cors.origins ?? (sandbox ? LOCAL_ORIGINS : '')) },
    },
    databases:
      clinical === undefined || accounts === undefined || billing === undefined
        ? undefined
        : { clinical, accounts, billing },
    log: parsed.log,
    search: parsed.search,
    fhir: { ...parsed.fhir, packages: parsed.fhir.packages.map((path) => resolve(cwd, path)) },
    plugins: Object.fromEntries(
      Object.entries(parsed.plugins).map(
        ([name, { enabled, ...section }]): [string, PluginConfig] => [name, { enabled, section }],
      ),
    ),
    audit: {
      keys: parsed.audit.keys,
      sealSeconds: parsed.audit.sealSeconds,
      retention: retentionRules(parsed.audit.retention),
      witness: {
        url: parsed.audit.witness.url,
        token: parsed.audit.witness.token,
        directory: parsed.audit.witness.directory && resolve(cwd, parsed.audit.witness.directory),
        everySeconds: parsed.audit.witness.everySeconds,
      },
    },
    bots: {
      ...parsed.bots,
      isolation: parsed.bots.isolation ?? (sandbox ? 'any' : 'namespaces'),
      destinations: list(parsed.bots.destinations),
      privateDestinations: list(parsed.bots.privateDestinations),
    },
    blobs: { s3: s3Options(parsed.blobs.s3) },
    storage: { encryptionAtRest: encryptionAtRest(parsed.storage.encryptionAtRest) },
    metrics:
      parsed.metrics.port === undefined
        ? undefined
        : { port: parsed.metrics.port, host: parsed.metrics.host },
    subscriptions: {
      ...parsed.subscriptions,
      destinations: list(parsed.subscriptions.destinations),
      privateDestinations: list(parsed.subscriptions.privateDestinations),
    },
    bulk: parsed.bulk,
    redis: redis.url === undefined ? undefined : { url: redis.url },
    sandboxes: parsed.sandboxes ?? sandbox,
  };
}

function retentionRules(given: ParsedConfig['audit']['retention']): RetentionRules {
  return {
    security: { days: given.securityDays },
    access: { days: given.accessDays },
    mdr: {
      days: given.mdrDays,
      types: list(given.mdrTypes),
      interactions: list(given.mdrInteractions),
    },
    billing: {
      days: given.billingDays,
      types: list(given.billingTypes),
      interactions: list(given.billingInteractions),
    },
  };
}

function tlsConfig(parsed: ParsedConfig['http']['tls'], cwd: string): TlsConfig | undefined {
  const { certificates, clientCertificates, ...rest } = parsed;
  if (certificates.length === 0) return undefined;
  const { mode, caFile } = clientCertificates;
  return {
    ...rest,
    certificates: certificates.map(({ certFile, keyFile }) => ({
      certFile: resolve(cwd, certFile),
      keyFile: resolve(cwd, keyFile),
    })),
    clientCertificates: { mode, caFile: caFile && resolve(cwd, caFile) },
  };
}

function publishedPins(
  { file, publicKeyFile }: ParsedConfig['http']['publishedPins'],
  cwd: string,
): Config['http']['publishedPins'] {
  if (file === undefined || publicKeyFile === undefined) return undefined;
  return { file: resolve(cwd, file), publicKeyFile: resolve(cwd, publicKeyFile) };
}

function encryptionAtRest({
  statement,
  signedBy,
  date,
}: ParsedConfig['storage']['encryptionAtRest']): Config['storage']['encryptionAtRest'] {
  if (statement === undefined || signedBy === undefined || date === undefined) return undefined;
  return { statement, signedBy, date };
}

/** What stands between commas. */
function list(text: string): readonly string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function s3Options(parsed: ParsedConfig['blobs']['s3']): S3Options | undefined {
  const { bucket, accessKeyId, secretAccessKey, endpoint, ...rest } = parsed;
  if (bucket === undefined) return undefined;
  return {
    ...rest,
    bucket,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(accessKeyId === undefined || secretAccessKey === undefined
      ? {}
      : { credentials: { accessKeyId, secretAccessKey } }),
  };
}

/** What is missing although every single key is optional. */
export function missingSettings(parsed: ParsedConfig): { path: string[]; expected: string }[] {
  const given = DATA_AREAS.filter((area) => parsed.databases[area] !== undefined);
  const missing =
    given.length === 0
      ? []
      : DATA_AREAS.filter((area) => !given.includes(area)).map((area) => ({
          path: ['databases', area],
          expected: 'given too: your own databases are all three or none',
        }));
  const { s3 } = parsed.blobs;
  if (
    s3.bucket !== undefined &&
    (s3.accessKeyId === undefined) !== (s3.secretAccessKey === undefined)
  ) {
    missing.push({
      path: ['blobs', 's3', s3.accessKeyId === undefined ? 'accessKeyId' : 'secretAccessKey'],
      expected: 'given too: accessKeyId and secretAccessKey belong together',
    });
  }
  const { publishedPins: pins } = parsed.http;
  const { encryptionAtRest: atRest } = parsed.storage;
  missing.push(
    ...incomplete(['http', 'publishedPins'], pins, ['file', 'publicKeyFile']),
    ...incomplete(['storage', 'encryptionAtRest'], atRest, ['statement', 'signedBy', 'date']),
  );
  if (parsed.mode !== 'production') return missing;
  if (encryptionAtRest(atRest) === undefined) {
    missing.push({
      path: ['storage', 'encryptionAtRest'],
      expected: "required in production: the operator's statement that storage is encrypted",
    });
  }
  if (parsed.audit.keys === undefined) {
    missing.push({ path: ['audit', 'keys'], expected: 'required in production' });
  }
  if (given.length === 0 && !parsed.databases.embeddedInProduction) {
    missing.push({
      path: ['databases'],
      expected: 'required in production, or databases.embeddedInProduction: true',
    });
  }
  return missing;
}

/** Keys that belong together: all are given or none. */
function* incomplete(
  path: readonly string[],
  values: Readonly<Record<string, unknown>>,
  all: readonly string[],
): Generator<{ path: string[]; expected: string }> {
  const given = all.filter((key) => values[key] !== undefined);
  const [first] = given;
  if (first === undefined || given.length === all.length) return;
  const expected = `not alone: ${all.join(', ')} belong together`;
  yield { path: [...path, first], expected };
}
