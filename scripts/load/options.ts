import { parseArgs } from 'node:util';
import { SANDBOX_ROLES, type SandboxRole } from '../../plugins/auth/clients/sandbox-clients.ts';

/** Options of a load. */
export interface LoadOptions {
  readonly paths: readonly string[];
  /** FHIR base URL; the local server without it. */
  readonly url?: string;
  readonly token?: string;
  readonly role: SandboxRole;
  readonly keys?: string;
  readonly batch: number;
  readonly tolerate: boolean;
}

export const USAGE = `Usage: npm run load -- PATH… [options]
  PATH           .json, .ndjson, a folder of them, or an unpacked FHIR package (its examples are loaded)
  --url URL      FHIR base of the server (default: the local server, http://127.0.0.1:8103/fhir/R4)
  --token T      access token (default: one of the sandbox)
  --role ROLE    sandbox identity to load as: ${SANDBOX_ROLES.join(', ')} (default: full)
  --keys FOLDER  where the server's sandbox keys lie
  --batch N      resources of one batch (default 50, at most 1000)
  --tolerate     exit code 0 even if something was refused`;

const MOST = 1000;

/** @throws TypeError with the usage */
export function readOptions(argv: readonly string[]): LoadOptions {
  const { positionals, values } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      url: { type: 'string' },
      token: { type: 'string' },
      role: { type: 'string', default: 'full' },
      keys: { type: 'string' },
      batch: { type: 'string', default: '50' },
      tolerate: { type: 'boolean', default: false },
    },
  });
  const role = SANDBOX_ROLES.find((known) => known === values.role);
  const batch = Number(values.batch);
  if (
    positionals.length === 0 ||
    role === undefined ||
    !Number.isInteger(batch) ||
    batch < 1 ||
    batch > MOST
  ) {
    throw new TypeError(USAGE);
  }
  const { url, token, keys, tolerate } = values;
  return {
    paths: positionals,
    role,
    batch,
    tolerate,
    ...(url === undefined ? {} : { url: url.replace(/\/+$/, '') }),
    ...(token === undefined ? {} : { token }),
    ...(keys === undefined ? {} : { keys }),
  };
}
