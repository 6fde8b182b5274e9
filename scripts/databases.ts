/**
 * `npm run -s databases -- script --passwords <file> [--version 18]`: prints the psql script that prepares your own
 * PostgreSQL. The file with the passwords is made if it does not exist; the script holds verifiers only.
 * `npm run -s databases -- prepare --passwords <file> --host <host> [--port 5432] --user <admin>`: does it; the
 * administrator's password comes from PGPASSWORD.
 */
import { parseArgs } from 'node:util';
import { readOrCreateCredentials } from '../src/postgres/credentials.ts';
import { preparationScript } from '../src/postgres/preparation-script.ts';
import { prepareDatabases, verifiers } from '../src/postgres/prepare-databases.ts';

const USAGE =
  'databases script|prepare --passwords <file> [--version 18] [--host … --port … --user …]';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    passwords: { type: 'string' },
    version: { type: 'string', default: '18' },
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '5432' },
    user: { type: 'string', default: 'postgres' },
  },
});
const [command] = positionals;
if (values.passwords === undefined || (command !== 'script' && command !== 'prepare')) {
  process.stderr.write(`${USAGE}\n`);
  process.exit(2);
}
const { clinical, accounts, billing } = await readOrCreateCredentials(values.passwords);
if (command === 'script') {
  const secrets = {
    clinical: await verifiers(clinical),
    accounts: await verifiers(accounts),
    billing: await verifiers(billing),
  };
  process.stdout.write(preparationScript(secrets, Number(values.version)));
} else {
  const administrator = {
    host: values.host,
    port: Number(values.port),
    user: values.user,
    password: process.env['PGPASSWORD'] ?? '',
    database: 'postgres',
  };
  await prepareDatabases(administrator, { clinical, accounts, billing });
  process.stdout.write(`prepared: diga_clinical, diga_accounts, diga_billing on ${values.host}\n`);
}
