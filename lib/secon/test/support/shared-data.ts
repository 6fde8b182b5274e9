import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Directory of the published samples and vectors, when it is beside the project. */
export const gkvData = join(
  import.meta.dirname,
  '..',
  '..',
  '..',
  '..',
  '..',
  'shared',
  'data',
  'gkv-billing',
);

/** Whether it is there. */
export const hasGkvData = existsSync(gkvData);

/** Says aloud that tests are skipped, and why. */
export function skipAloud(what: string, why: string): void {
  // Jest keeps the console of a suite that is skipped as a whole to itself.
  process.stderr.write(`SKIPPED ${what}: ${why}\n`);
}
