import type { ErrorTable } from '../../src/plugin/sdk.ts';
import { errorFactory } from '../../src/plugin/sdk.ts';

/** Errors of the GKV plugin. No text ever holds an activation code. */
export const GKV_ERRORS = {
  GKV_NOT_A_PATIENT: {
    status: 403,
    issue: 'forbidden',
    text: 'Only a patient redeems an activation code',
  },
  GKV_CODE_MISSING: {
    status: 400,
    issue: 'required',
    text: 'The parameter code is needed, once, as valueString',
  },
  GKV_CODE_LENGTH: {
    status: 422,
    issue: 'value',
    text: 'An activation code has 16 characters, this one has {length}',
  },
  GKV_CODE_ALPHABET: {
    status: 422,
    issue: 'value',
    text: 'An activation code consists of A to Z and 2 to 7; look at position {positions}',
  },
  GKV_CODE_CHECK_DIGIT: {
    status: 422,
    issue: 'code-invalid',
    text: 'The activation code is mistyped: its check character does not fit',
  },
  GKV_CODE_EXPIRED: {
    status: 422,
    issue: 'expired',
    text: 'The activation code has expired',
  },
  GKV_CODE_CANCELLED: {
    status: 422,
    issue: 'business-rule',
    text: 'The insurer has cancelled the activation code',
  },
  GKV_CODE_UNKNOWN: {
    status: 422,
    issue: 'not-found',
    text: 'The insurer does not know the activation code',
  },
  GKV_CODE_REFUSED: {
    status: 422,
    issue: 'business-rule',
    text: 'The insurer has refused the activation code with error number {number}',
  },
  GKV_CODE_ALREADY_USED: {
    status: 422,
    issue: 'duplicate',
    text: 'The activation code is already in use',
  },
  GKV_TEST_CODE_REFUSED: {
    status: 422,
    issue: 'business-rule',
    text: 'Test codes are not accepted here',
  },
  GKV_INSURER_UNKNOWN: {
    status: 422,
    issue: 'not-found',
    text: 'No insurer issues activation codes that begin like this one',
  },
  GKV_INSURER_CLOSED: {
    status: 422,
    issue: 'business-rule',
    text: 'The insurer of this activation code takes no requests: {reason}',
  },
  GKV_TOO_MANY_ATTEMPTS: {
    status: 429,
    issue: 'throttled',
    text: 'Too many activation codes were tried; wait before the next',
  },
  GKV_REQUEST_REFUSED: {
    status: 502,
    issue: 'processing',
    text: 'The insurer could not read the request of this server; the operator is alarmed',
  },
  GKV_INSURER_SLOW: {
    status: 504,
    issue: 'timeout',
    text: 'The insurer has not answered yet; the request goes on',
  },
  GKV_INSURER_TIMEOUT: {
    status: 504,
    issue: 'timeout',
    text: 'The insurer did not answer in time; the request is repeated',
  },
  GKV_INSURER_UNREACHABLE: {
    status: 503,
    issue: 'transient',
    text: 'The insurer cannot be reached; the request is repeated',
  },
  GKV_INSURER_FAULT: {
    status: 503,
    issue: 'transient',
    text: 'The insurer reports a technical fault; the request is repeated',
  },
  GKV_INSURER_REJECTS: {
    status: 502,
    issue: 'processing',
    text: 'The insurer does not take requests of this server; the operator is alarmed',
  },
  GKV_ANSWER_UNREADABLE: {
    status: 502,
    issue: 'processing',
    text: 'The answer of the insurer cannot be read; the request is repeated',
  },
  GKV_ANSWER_UNTRUSTED: {
    status: 502,
    issue: 'security',
    text: 'The answer is not signed by the insurer; the request is repeated',
  },
  GKV_ANSWER_CONTRADICTS: {
    status: 502,
    issue: 'processing',
    text: 'The answer of the insurer belongs to another request; the request is repeated',
  },
  GKV_OWN_CERTIFICATE: {
    status: 503,
    issue: 'transient',
    text: 'The certificate of the manufacturer is not valid now; the operator is alarmed',
  },
  GKV_INSURER_CERTIFICATE_MISSING: {
    status: 503,
    issue: 'transient',
    text: 'There is no valid certificate of the clearing point of the insurer',
  },
  GKV_DIRECTORY_UNAVAILABLE: {
    status: 503,
    issue: 'transient',
    text: 'The directory of the insurers is not there yet',
  },
  GKV_DIRECTORY_OUTDATED: {
    status: 503,
    issue: 'transient',
    text: 'The directory of the insurers has not been confirmed for {days} days',
  },
  GKV_ACTIVATION_MANUAL: {
    status: 503,
    issue: 'incomplete',
    text: 'The insurer could not be asked; a person at the manufacturer looks into it',
  },
  GKV_STATUS_PARAMETER: {
    status: 400,
    issue: 'invalid',
    text: 'These parameters have no usable value: {names}',
  },
  GKV_NOT_READY: {
    status: 503,
    issue: 'transient',
    text: 'The keys of the sandbox are still being made',
  },
  GKV_NOT_CONFIGURED: {
    status: 503,
    issue: 'not-supported',
    text: 'This server has no connection to the insurers',
  },
  GKV_CONFIG_INCOMPLETE: {
    status: 500,
    issue: 'exception',
    text: 'Production needs more of plugins.gkv: {missing}',
  },
  GKV_KEYS_INVALID: {
    status: 500,
    issue: 'exception',
    text: 'The key file {file} of the gkv plugin cannot be used: {reason}',
  },
  GKV_KEYS_CHANGED: {
    status: 500,
    issue: 'exception',
    text: 'The pepper is not the one this billing database was begun with; with another one a code could be billed twice',
  },
  GKV_IDENTITY_INVALID: {
    status: 500,
    issue: 'exception',
    text: 'The identity of the manufacturer cannot be used: {reason}',
  },
} as const satisfies ErrorTable;

/** Stable code of an error of the GKV plugin. */
export type GkvErrorCode = keyof typeof GKV_ERRORS;

/** Makes an error of the GKV plugin. */
export const gkvError = errorFactory(GKV_ERRORS);
