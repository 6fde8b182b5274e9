import { test } from '@jest/globals';
import { sharedDataPresent } from './shared-data.ts';

/** Runs a test where the official material is present; elsewhere it is skipped with the reason. */
export function officialTest(
  title: string,
  run: () => void | Promise<void>,
  timeout = 60_000,
): void {
  if (sharedDataPresent) {
    test(title, run, timeout);
  } else {
    process.stderr.write(`Skipped: official GKV schemas and samples are missing: ${title}\n`);
    test.skip(`${title} (skipped: official GKV schemas and samples are not on this machine)`, run);
  }
}
