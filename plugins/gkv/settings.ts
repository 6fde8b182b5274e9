import { join } from 'node:path';
import type { Mode } from '../../src/plugin/sdk.ts';
import type {
  GkvConfig,
  IdentityConfig,
  PriceConfig,
  SellerConfig,
  SourceConfig,
} from './config.ts';
import { gkvError } from './errors.ts';

/** Everything the plugin works with, complete. */
export interface GkvSettings
  extends Pick<
    GkvConfig,
    | 'fallbackDurationDays'
    | 'previousIdentities'
    | 'refreshHours'
    | 'buyerIk'
    | 'invoiceNumberPrefix'
    | 'timeouts'
    | 'tls'
    | 'redeemPerHour'
  > {
  readonly digaId: string;
  readonly digaName: string;
  readonly seller: SellerConfig;
  readonly prices: readonly PriceConfig[];
  readonly identity: IdentityConfig;
  readonly trustAnchorsFile: string;
  readonly directory: SourceConfig;
  readonly certificateList: SourceConfig;
  readonly allowTestCodes: boolean;
  readonly allowLoopbackHttp: boolean;
  /** Undefined in the sandbox: then it is that of the certificate. */
  readonly manufacturerIk: string | undefined;
  readonly payee: { readonly ik: string; readonly name: string } | undefined;
  readonly testInsurer: string | undefined;
  readonly retryMs: readonly number[] | undefined;
}

type Required = Pick<
  GkvSettings,
  | 'digaId'
  | 'digaName'
  | 'seller'
  | 'prices'
  | 'identity'
  | 'trustAnchorsFile'
  | 'directory'
  | 'certificateList'
>;

const REQUIRED = [
  'digaId',
  'digaName',
  'seller',
  'prices',
  'identity',
  'trustAnchorsFile',
  'directory',
  'certificateList',
] as const satisfies readonly (keyof Required)[];

/** The stand-in of the insurers that runs beside the server. */
export interface Sandbox {
  readonly url: string;
  readonly dataDirectory: string;
}

/**
 * Completes the configuration from the sandbox.
 * @returns undefined in a sandbox without stand-in and without configuration: there the plugin has nobody to talk to
 * @throws FhirError `GKV_CONFIG_INCOMPLETE` in production, naming everything that is missing
 */
export function resolveSettings(
  config: GkvConfig,
  mode: Mode,
  sandbox: Sandbox | undefined,
): GkvSettings | undefined {
  const given = { ...(sandbox === undefined ? {} : sandboxDefaults(sandbox)), ...defined(config) };
  const production = mode === 'production';
  const missing = [
    ...REQUIRED.filter((name) => given[name] === undefined),
    ...(production && config.manufacturerIk === undefined ? ['manufacturerIk'] : []),
    ...(production && config.keys.billingFile === undefined ? ['keys.billingFile'] : []),
    ...(production && config.keys.accountsFile === undefined ? ['keys.accountsFile'] : []),
    ...(production && config.allowLoopbackHttp === true ? ['https (allowLoopbackHttp is on)'] : []),
  ];
  if (production && missing.length > 0) {
    throw gkvError('GKV_CONFIG_INCOMPLETE', { missing: missing.join(', ') });
  }
  if (missing.length > 0) return undefined;
  return {
    ...config,
    ...(given as Required),
    manufacturerIk: config.manufacturerIk,
    payee: config.payee,
    testInsurer: config.testInsurer,
    retryMs: config.retryMs,
    allowTestCodes: config.allowTestCodes ?? !production,
    allowLoopbackHttp: config.allowLoopbackHttp ?? !production,
  };
}

function sandboxDefaults({ url, dataDirectory }: Sandbox): Required {
  const pki = (name: string): string => join(dataDirectory, 'pki', name);
  const unit = { validFrom: '2020-01-01', vatPercent: 19, durationDays: 90 };
  return {
    digaId: '12345',
    digaName: 'Sandbox-DiGA',
    seller: {
      name: 'Sandbox DiGA-Hersteller',
      contact: { name: 'Sandbox', phone: '+49 30 0000000', email: 'sandbox@example.org' },
      address: { postCode: '10115', line: 'Sandkastenweg 1', city: 'Berlin', country: 'DE' },
      vatId: 'DE123456789',
    },
    prices: [
      { digaVeId: '12345000', netCents: 20_000, ...unit },
      { digaVeId: '12345001', netCents: 18_000, ...unit },
    ],
    identity: { keyFile: pki('hersteller.key.pem'), certificateFile: pki('hersteller.crt.pem') },
    trustAnchorsFile: pki('root.crt.pem'),
    directory: { url: `${url}/Krankenkassenverzeichnis_DiGA.xml` },
    certificateList: { url: `${url}/annahme-rsa4096.key` },
  };
}

/** Without the keys whose value is undefined, so that they do not hide a default. */
function defined(config: GkvConfig): Partial<Required> {
  return Object.fromEntries(
    REQUIRED.filter((name) => config[name] !== undefined).map((name) => [name, config[name]]),
  );
}
