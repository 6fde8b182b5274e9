// Makes a key for the checkpoints of the audit ledger: npm run -s audit:key [-- --curve P-384] [--before FILE] > keys.json
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { checkpointKey, newKeySet } from '../src/audit/seal/keys.ts';

const { values } = parseArgs({
  options: { curve: { type: 'string', default: 'P-256' }, before: { type: 'string' } },
});
const { curve } = values;
if (curve !== 'P-256' && curve !== 'P-384') {
  process.stderr.write('Usage: npm run -s audit:key [-- --curve P-256|P-384] [--before FILE]\n');
  process.exit(2);
}
interface KeySet {
  readonly keys: readonly object[];
}
const made = newKeySet(curve);
const { keys } = JSON.parse(made) as KeySet;
const earlier =
  values.before === undefined
    ? []
    : (JSON.parse(await readFile(values.before, 'utf8')) as KeySet).keys;
process.stdout.write(`${JSON.stringify({ keys: [...keys, ...earlier] }, undefined, 2)}\n`);
process.stderr.write(`Thumbprint, for whoever verifies: ${checkpointKey(made).kid}\n`);
