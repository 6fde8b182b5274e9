export type { IdpFault } from './faults.ts';
export { type IdpSandbox, type IdpSandboxOptions, startIdpSandbox } from './start-idp-sandbox.ts';
export { DEFAULT_USERS, type IdpUser } from './users.ts';
