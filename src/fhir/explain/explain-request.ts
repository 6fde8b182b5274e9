import {
  type BlockedParameter,
  blockedParameters,
} from '../../access/blocked/blocked-parameters.ts';
import { operationDenied, denied } from '../../access/denied.ts';
import { type ConsideredEntry, considerEntries } from '../../access/explain/consider-entries.ts';
import type { CompiledPolicy, PolicyInteraction } from '../../access/policy.ts';
import { narrowToScopes, resourceScopes } from '../../access/scopes.ts';
import { sealBinaries } from '../../access/seal-binaries.ts';
import { type Circumstances, isMachine } from '../../identity/circumstances.ts';
import { readEntitlement } from '../../identity/memberships.ts';
import { type Standing, standings, whyItRests } from '../../identity/standing.ts';
import { fhirError } from '../../outcome/codes.ts';
import type { FhirError } from '../../outcome/fhir-error.ts';
import { parseQuery } from '../../search/parse-query.ts';
import type { AccessContext } from '../../storage/access-context.ts';
import type { ClinicalStore } from '../../storage/clinical-store.ts';
import type { CoreOperation, OperationTarget } from '../operations/core-operation.ts';
import type { Asked } from './asked.ts';
import { type EntryOnInstance, judgeInstance } from './judge-instance.ts';

/** Whose request is explained, and under which circumstances. */
export interface ExplainedCaller {
  /** Reference of a FHIR identity. */
  readonly identity: string;
  /** Scopes of the token, with spaces between; without any, those of a first-party app. */
  readonly scope?: string;
  readonly acr?: string;
  /** Network address; without one, network rules are not asked. */
  readonly address?: string;
}

/** Finds an operation of the host. */
export type FindOperation = (name: string, target: OperationTarget) => CoreOperation | undefined;

/** A policy of the identity, and why it does not hold. */
export interface ExplainedPolicy {
  readonly role: string;
  readonly rests?: string;
}

/** Why a request would be answered as it would. */
export interface Explanation {
  readonly policies: readonly ExplainedPolicy[];
  /** True where the identity has no membership that is active, or no resource that is in use. */
  readonly without: boolean;
  readonly entries: readonly (ConsideredEntry & EntryOnInstance)[];
  /** Disjunction of what the entries that hold find; absent for operations. */
  readonly policy?: CompiledPolicy;
  /** Rule that allows the operation. */
  readonly operation?: string;
  readonly blocked: readonly (BlockedParameter & { readonly used: boolean })[];
  /** The refusal, where it follows from the policies, or from an instance that the explaining one may see. */
  readonly refusal?: FhirError;
  /** False where the resource is not visible to the explaining one, so that nothing is said about it. */
  readonly visible?: boolean;
}

/**
 * Explains what the policies of an identity say about a request. It looks at policies and memberships; of data only at a
 * resource that the explaining one may read whole.
 * @param context of the one who asks for the explanation
 * @param find tells the operations that need no right of their own
 * @throws FhirError `POLICY_INVALID` where a policy of the identity cannot be enforced
 */
export async function explainRequest(
  store: ClinicalStore,
  context: AccessContext,
  caller: ExplainedCaller,
  asked: Asked,
  find: FindOperation,
): Promise<Explanation> {
  const { definitions } = store;
  const { identity, scope = '' } = caller;
  const { parts } = await readEntitlement(store, identity);
  const circumstances: Circumstances = {
    now: store.clock.now(),
    machine: isMachine(identity),
    ...(caller.acr === undefined ? {} : { acr: caller.acr }),
    ...(caller.address === undefined ? {} : { address: caller.address }),
  };
  const standing = standings(parts, (policy) =>
    sealBinaries(narrowToScopes(definitions, policy, resourceScopes(scope), identity)),
  )(circumstances);
  const policies = parts.map((part) => {
    const rests = whyItRests(part, circumstances);
    return { role: part.role, policy: part.policy, ...(rests === undefined ? {} : { rests }) };
  });
  const common = { policies, without: parts.length === 0 };
  if (asked.kind === 'operation') return { ...common, ...explainOperation(standing, asked, find) };
  const { type, interaction, id } = asked;
  const policy =
    type === 'Binary' ? (standing.policy.unsealed ?? standing.policy) : standing.policy;
  const considered = considerEntries(policies, policy, type, interaction);
  const judged =
    id === undefined ? undefined : await judgeInstance(store, context, type, id, considered);
  const blocked = blockedBy(definitions, policy, asked);
  const refusal =
    refusalOf(standing, policy, asked, blocked) ??
    (judged?.visible === true && !judged.entries.some(({ shows }) => shows === true)
      ? fhirError('FHIR_NOT_FOUND', { reference: `${type}/${id ?? ''}` })
      : undefined);
  return {
    ...common,
    entries: judged?.entries ?? considered,
    policy,
    blocked,
    ...(judged === undefined ? {} : { visible: judged.visible }),
    ...(refusal === undefined ? {} : { refusal }),
  };
}

function explainOperation(
  standing: Standing,
  asked: Extract<Asked, { kind: 'operation' }>,
  find: FindOperation,
): Pick<Explanation, 'entries' | 'blocked' | 'operation' | 'refusal'> {
  const rule = standing.policy.operation(asked.name);
  const byData = find(asked.name, asked)?.permission === 'data';
  const error =
    standing.barred === true
      ? fhirError('ACCESS_DENIED_NETWORK')
      : rule === undefined && !byData
        ? operationDenied(standing, asked.name)
        : undefined;
  const by = byData ? 'what the policy allows on the data itself' : rule;
  return {
    entries: [],
    blocked: [],
    ...(by === undefined || error !== undefined ? {} : { operation: by }),
    ...(error === undefined ? {} : { refusal: error }),
  };
}

function blockedBy(
  definitions: ClinicalStore['definitions'],
  policy: CompiledPolicy,
  { type, interaction, query }: Extract<Asked, { kind: 'interaction' }>,
): Explanation['blocked'] {
  const names = parseQuery(query).flatMap(([name, value]) => [
    name,
    ...(name === '_sort' ? value.split(',').map((key) => key.replace(/^-/, '')) : []),
  ]);
  const used = new Set(names.map((name) => name.split(/[:.]/, 1)[0] ?? ''));
  return blockedParameters(definitions, policy, type, interaction).map((one) => ({
    ...one,
    used: used.has(one.parameter.split(':', 1)[0] ?? ''),
  }));
}

function refusalOf(
  standing: Standing,
  policy: CompiledPolicy,
  { type, interaction }: { readonly type: string; readonly interaction: PolicyInteraction },
  blocked: Explanation['blocked'],
): FhirError | undefined {
  if (standing.barred === true) return fhirError('ACCESS_DENIED_NETWORK');
  const rules = policy.rules(type, interaction);
  if (rules.length === 0) return denied(standing, interaction, type);
  const refused = blocked.find(
    (one) => one.used && rules.every(({ id }) => one.rules.includes(id)),
  );
  if (refused === undefined) return undefined;
  return fhirError('ACCESS_PARAMETER_BLOCKED', {
    name: refused.parameter,
    type,
    rules: refused.rules.slice(0, 5).join(', '),
  });
}
