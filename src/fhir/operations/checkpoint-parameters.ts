import type { ParametersParameter } from '@medplum/fhirtypes';
import { kidOf, unverifiedCheckpoint } from '../../audit/seal/checkpoint.ts';
import type { StoredCheckpoint } from '../../audit/seal/proofs.ts';
import { fhirError } from '../../outcome/codes.ts';
import { type FhirResponse } from '../request.ts';
import { json } from '../respond.ts';
import { type OperationParameter, textOfOne } from './operation-parameters.ts';

/**
 * A checkpoint as a parameter: the signed text, and what it says. Numbers of leaves are texts, because an integer of FHIR
 * ends at 2 147 483 647.
 */
export function checkpointParameter({ size, jws }: StoredCheckpoint): ParametersParameter {
  const said = unverifiedCheckpoint(jws);
  return {
    name: 'checkpoint',
    part: [
      { name: 'jws', valueString: jws },
      { name: 'kid', valueString: kidOf(jws) ?? '' },
      { name: 'size', valueString: String(size) },
      ...(said === undefined
        ? []
        : [
            { name: 'root', valueString: said.root },
            { name: 'time', valueInstant: said.time },
            { name: 'origin', valueString: said.origin },
          ]),
    ],
  };
}

/** Hashes of a proof in their order. */
export function hashParameters(hashes: readonly Buffer[]): ParametersParameter[] {
  return hashes.map((hash) => ({ name: 'hash', valueString: hash.toString('base64') }));
}

/** A number of leaves; undefined where the parameter is not given. @throws FhirError `OPERATION_INVALID_PARAMETERS` */
export function sizeParameter(
  parameters: readonly OperationParameter[],
  name: string,
  operation: string,
): number | undefined {
  const text = textOfOne(parameters, name, operation);
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,14}$/.test(text)) {
    const reason = `${name} is a number of leaves, 1 or more`;
    throw fhirError('OPERATION_INVALID_PARAMETERS', { operation, reason });
  }
  return Number(text);
}

/** An answer of 200 with these parameters. */
export function parametersAnswer(parameter: readonly ParametersParameter[]): FhirResponse {
  return json(200, JSON.stringify({ resourceType: 'Parameters', parameter }));
}
