export {
  type MedplumSandbox,
  type MedplumSandboxOptions,
  startMedplumSandbox,
} from './start-medplum-sandbox.ts';
