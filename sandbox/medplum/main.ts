import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { startMedplumSandbox } from './start-medplum-sandbox.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8106' },
    host: { type: 'string', default: '127.0.0.1' },
    /** Gets the secret of the client. */
    'secret-file': { type: 'string' },
  },
});
if (values['secret-file'] === undefined) throw new TypeError('--secret-file is needed');
const sandbox = await startMedplumSandbox({ port: Number(values.port), host: values.host });
await writeFile(values['secret-file'], `${sandbox.client.secret}\n`, { mode: 0o600 });
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void sandbox.close().then(() => process.exit(0));
  });
}
process.stdout.write(
  `${JSON.stringify({ event: 'started', url: sandbox.url, clientId: sandbox.client.id })}\n`,
);
