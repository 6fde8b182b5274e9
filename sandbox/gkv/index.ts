export { type FaultKind, faultKinds } from './faults.ts';
export {
  DEFAULT_HERSTELLER_IK,
  type GkvSandbox,
  type GkvSandboxOptions,
  startGkvSandbox,
} from './start-gkv-sandbox.ts';
