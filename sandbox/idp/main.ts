import { mkdir } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { startIdpSandbox } from './start-idp-sandbox.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8082' },
    host: { type: 'string', default: '127.0.0.1' },
    data: { type: 'string', default: '.diga/sandbox-idp' },
    client: { type: 'string' },
    redirect: { type: 'string', multiple: true },
    // For a parent process: the sandbox ends when the parent does, however that comes.
    'until-stdin-ends': { type: 'boolean', default: false },
  },
});

await mkdir(values.data, { recursive: true, mode: 0o700 });
const sandbox = await startIdpSandbox({
  port: Number(values.port),
  host: values.host,
  dataDirectory: values.data,
  ...(values.client === undefined ? {} : { clientId: values.client }),
  ...(values.redirect === undefined ? {} : { redirectUris: values.redirect }),
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void sandbox.close().then(() => process.exit(0));
  });
}
if (values['until-stdin-ends']) {
  process.stdin.resume().once('end', () => {
    void sandbox.close().then(() => process.exit(0));
  });
}
process.stdout.write(
  `${JSON.stringify({ event: 'started', issuer: sandbox.issuer, clientKeyFile: sandbox.clientKeyFile })}\n`,
);
