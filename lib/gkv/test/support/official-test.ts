import { test } from '@jest/globals';
import { NO_OFFICIAL_DATA, skipNote } from '../../../../test/support/skip-note.ts';
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
    test.skip(`${title}${skipNote(NO_OFFICIAL_DATA)}`, run);
  }
}
