// Accounts of staff and the inventory of service accounts: npm run accounts -- invite --policy admin
import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { isNativeError } from 'node:util/types';
import pg from 'pg';
import { readInventory } from '../plugins/auth/clients/inventory.ts';
import {
  reportMarkdown,
  serviceAccountReport,
} from '../plugins/auth/clients/service-account-report.ts';
import { inventoryConfig } from '../plugins/auth/config/service-accounts.ts';
import {
  invitationDigest,
  newInvitationToken,
} from '../plugins/auth/invitations/invitation-store.ts';
import { invitationUrl } from '../plugins/auth/invitations/invite.ts';
import { systemClock } from '../src/clock.ts';
import type { Config } from '../src/config/config.ts';
import { loadConfig } from '../src/config/load.ts';
import { processSources } from '../src/config/process-sources.ts';
import type { SqlClient } from '../src/plugin/sdk.ts';
import { runningEmbedded } from '../src/postgres/running-embedded.ts';

const USAGE = `Usage: npm run -s accounts -- …
  invite --policy admin [--profile Practitioner/ID] [--name TEXT]
      asks the running server for an account of staff and prints the link that it is set up with, once
  service list
      service accounts with their state, one a line
  service report [--format json|md]
      the inventory in full
Options: --url postgresql://… of the accounts database, in place of that of the configuration.`;

/** The server looks every other second. */
const PATIENCE_MS = 20_000;
const LOOK_MS = 250;

async function main(): Promise<string> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      profile: { type: 'string' },
      policy: { type: 'string' },
      name: { type: 'string' },
      format: { type: 'string', default: 'md' },
      url: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return USAGE;
  const [area, action = ''] = positionals;
  const config = loadConfig(processSources([]));
  if (area === 'invite' && positionals.length === 1 && values.policy !== undefined) {
    const { name, policy, profile = `Practitioner/${randomUUID()}` } = values;
    return withDatabase(config, values.url, (database) =>
      invite(config, database, { policy, profile, ...(name === undefined ? {} : { name }) }),
    );
  }
  if (area === 'service' && (action === 'list' || action === 'report'))
    return withDatabase(config, values.url, (database) =>
      report(config, database, action === 'list' ? 'list' : values.format),
    );
  throw new TypeError(USAGE);
}

/** The secret is made here; the server learns its digest, and no log sees it. */
async function invite(
  config: Config,
  database: SqlClient,
  wanted: { readonly policy: string; readonly profile: string; readonly name?: string },
): Promise<string> {
  const id = randomUUID();
  const token = newInvitationToken();
  const now = systemClock.now();
  await database.query({
    text: `INSERT INTO invitation_request (id, token_digest, profile, policy, display, requested_by, requested_at,
        expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    values: [
      id,
      invitationDigest(token),
      wanted.profile,
      wanted.policy,
      wanted.name ?? null,
      userInfo().username,
      new Date(now),
      new Date(now + PATIENCE_MS),
    ],
  });
  while (systemClock.now() < now + PATIENCE_MS) {
    await pause(LOOK_MS);
    const [row] = await database.query<{ outcome: string | null; until: Date | null }>({
      text: 'SELECT outcome, invitation_expires_at AS until FROM invitation_request WHERE id = $1',
      values: [id],
    });
    const outcome = row?.outcome ?? 'working';
    if (outcome === 'working') continue;
    if (outcome !== 'done') throw new TypeError(outcome);
    return `${wanted.profile} sets the account up here, until ${row?.until?.toISOString() ?? ''}:
${invitationUrl(config.http.origin, token)}
Whoever has the link first has the account. It is shown this once.
`;
  }
  await database.query({ text: 'DELETE FROM invitation_request WHERE id = $1', values: [id] });
  throw new TypeError('No server has answered. Start it; nobody was invited.');
}

async function report(config: Config, database: SqlClient, format: string): Promise<string> {
  const section = config.plugins['auth']?.section as { inventory?: unknown } | undefined;
  const rules = inventoryConfig.parse(section?.inventory);
  const found = serviceAccountReport(await readInventory(database), rules, systemClock.now());
  switch (format) {
    case 'list':
      return found.accounts
        .map(({ clientId, reasons, state }) => `${[state, clientId, ...reasons].join('\t')}\n`)
        .join('');
    case 'json':
      return `${JSON.stringify(found, null, 2)}\n`;
    case 'md':
      return reportMarkdown(found);
    default:
      throw new TypeError(USAGE);
  }
}

async function withDatabase(
  config: Config,
  url: string | undefined,
  work: (database: SqlClient) => Promise<string>,
): Promise<string> {
  const found =
    url ??
    config.databases?.accounts.url ??
    (await runningEmbedded(config.dataDirectory))?.accounts.url;
  if (found === undefined)
    throw new TypeError(`No server runs with the data directory ${config.dataDirectory}.`);
  const client = new pg.Client({
    connectionString: found,
    application_name: 'diga-server accounts',
  });
  await client.connect();
  try {
    return await work({
      query: async <Row>({ text, values }: { text: string; values?: readonly unknown[] }) =>
        (await client.query(text, values === undefined ? undefined : [...values])).rows as Row[],
    });
  } finally {
    await client.end();
  }
}

try {
  process.stdout.write(await main());
} catch (error) {
  process.stderr.write(`${isNativeError(error) ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
