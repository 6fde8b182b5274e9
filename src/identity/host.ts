import type { AccessPolicy } from '@medplum/fhirtypes';
import { compilePolicy } from '../access/compile.ts';
import type { Principal } from '../access/principal.ts';
import type { Definitions } from '../definitions/model.ts';
import type { PluginAccessPolicy } from '../plugin/sdk.ts';
import { declaredPrincipal } from './principals.ts';

/** FHIR reference of the server itself, as it stands in AuditEvents. */
export const SERVER_REFERENCE = 'Device/diga-server';

const OPERATION = 'https://diga-server.dev/fhir/StructureDefinition/access-policy-operation';

/** The server while it starts: it stores the AccessPolicies, memberships and Bots that ship with it, and nothing else. */
export function hostPrincipal(definitions: Definitions): Principal {
  const policy: AccessPolicy = {
    resourceType: 'AccessPolicy',
    id: 'diga-server',
    resource: [
      { resourceType: 'AccessPolicy' },
      { resourceType: 'ProjectMembership' },
      { resourceType: 'Bot' },
    ],
  };
  return declaredPrincipal(
    SERVER_REFERENCE,
    'diga-server',
    compilePolicy(definitions, [policy], { profile: SERVER_REFERENCE }),
  );
}

/**
 * The service identity of a plugin, with the policy that the plugin declares.
 * @throws FhirError `POLICY_INVALID`
 */
export function pluginPrincipal(
  definitions: Definitions,
  reference: string,
  declared: PluginAccessPolicy,
): Principal {
  const id = reference.split('/')[1] ?? reference;
  const policy = {
    resourceType: 'AccessPolicy',
    id,
    resource: declared.resource.map((entry) => ({ ...entry })),
    ...(declared.operation === undefined
      ? {}
      : { extension: declared.operation.map((valueCode) => ({ url: OPERATION, valueCode })) }),
  } as unknown as AccessPolicy;
  return declaredPrincipal(
    reference,
    id,
    compilePolicy(definitions, [policy], { profile: reference }),
  );
}
