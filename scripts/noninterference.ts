// Two stores that differ only in what a caller may not see, asked the same: npm run noninterference -- 20000 --seed 7
import { parseArgs } from 'node:util';
import { runNoninterference } from './noninterference/run.ts';

const USAGE = `Usage: npm run noninterference -- [requests] [options]
  requests    how many, over all principals (default 2000, at most 1000000)
  --seed N    which worlds and requests (default 1)
  --only A,B  principals (patient, clinician, related, partner, researcher, narrow, fields, masked,
              enrolled, pseudonymous)
  --first     stop at the first difference
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    first: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const requests = Number(positionals[0] ?? '2000');
const seed = Number(values.seed);
if (
  values.help ||
  !Number.isInteger(requests) ||
  requests < 1 ||
  requests > 1e6 ||
  !Number.isInteger(seed)
) {
  process.stdout.write(USAGE);
  process.exit(values.help ? 0 : 2);
}
const { pairs, succeeded, findings, surfaces, principals } = await runNoninterference({
  seed,
  requests,
  first: values.first,
  ...(values.only === undefined ? {} : { only: values.only.split(',') }),
});
for (const { principal, request, difference } of findings.slice(0, 20)) {
  process.stdout.write(
    `\n${principal}, ${request.surface}: ${request.method} ${request.path} ${JSON.stringify(request.headers ?? {})}\n${request.body === undefined ? '' : JSON.stringify(request.body).slice(0, 1500)}\n${difference}\n`,
  );
}
const counted = (counts: ReadonlyMap<string, number>): string =>
  [...counts].map(([name, count]) => `${name} ${String(count)}`).join(', ');
process.stdout.write(
  `\nseed ${String(seed)}: ${counted(surfaces)}\nas ${counted(principals)}\n${String(pairs)} pairs of answers compared (${String(succeeded)} with status 2xx), ${String(findings.length)} differences\n`,
);
if (findings.length > 0) process.exitCode = 1;
