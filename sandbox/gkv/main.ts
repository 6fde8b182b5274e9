import { parseArgs } from 'node:util';
import { systemClock } from '../../src/clock.ts';
import { startGkvSandbox } from './start-gkv-sandbox.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8081' },
    host: { type: 'string', default: '127.0.0.1' },
    data: { type: 'string', default: '.diga/sandbox-gkv' },
    ik: { type: 'string' },
    payee: { type: 'string', multiple: true },
    authority: { type: 'string' },
    xsd: { type: 'string' },
    schematron: { type: 'string' },
    // For a parent process: the sandbox ends when the parent does, however that comes.
    'until-stdin-ends': { type: 'boolean', default: false },
  },
});

const sandbox = await startGkvSandbox({
  port: Number(values.port),
  host: values.host,
  dataDirectory: values.data,
  clock: systemClock,
  log: (event, facts) => process.stdout.write(`${JSON.stringify({ event, ...facts })}\n`),
  ...(values.ik === undefined ? {} : { herstellerIk: values.ik }),
  ...(values.payee === undefined ? {} : { payeeIks: values.payee }),
  ...(values.authority === undefined ? {} : { publicAuthority: values.authority }),
  ...(values.xsd === undefined ? {} : { xsdDirectory: values.xsd }),
  ...(values.schematron === undefined ? {} : { schematronDirectory: values.schematron }),
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
await sandbox.ready;
process.stdout.write(`${JSON.stringify({ event: 'files', ...sandbox.files })}\n`);
