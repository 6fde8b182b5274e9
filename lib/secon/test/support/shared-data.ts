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
