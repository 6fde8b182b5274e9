/**
 * A node that judges a sign-in and never gets to the end: the ledger does not answer. It says `judged` at that moment, to be
 * killed.
 */
import { accountServices, fromSomewhere } from './account-services.ts';
import { openAccountsDatabase } from './accounts-database.ts';

/** What the parent tells, as JSON in the first argument. */
export interface SignInChild {
  readonly database: string;
  readonly dataDirectory: string;
  /** Milliseconds that the clock is ahead. */
  readonly ahead: number;
  readonly attempt: string;
  readonly code: string;
}

const told = JSON.parse(process.argv[2] ?? '') as SignInChild;
const services = await accountServices({
  database: openAccountsDatabase(told.database),
  dataDirectory: told.dataDirectory,
  clock: { now: () => Date.now() + told.ahead },
  audit: () =>
    new Promise(() => {
      process.stdout.write('judged\n');
    }),
});
const proof = { kind: 'totp', code: told.code } as const;
await services.signIn.finish(told.attempt, proof, fromSomewhere());
