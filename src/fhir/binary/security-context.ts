import { hidesAttachments } from '../../access/view/hides-attachments.ts';
import type { PolicyRule } from '../../access/policy.ts';
import { holdingRules } from '../../storage/repository/judging/holding-rules.ts';
import { currentVersion, ruleForVersion } from '../../storage/repository/judging/visible.ts';
import { lastVersion } from '../../storage/repository/reading/last-version.ts';
import type { JsonResource } from '../../storage/content.ts';
import type { FhirCall } from '../request.ts';
import { OWNER_EXTENSION, serverExtension } from './server-extensions.ts';

/** A literal reference to a resource of this server. */
const REFERENCE = /^([A-Z][A-Za-z]{0,63})\/([A-Za-z0-9\-.]{1,64})$/;

/** Reference that stands for access to a Binary: its securityContext, or who stored it where it has none. */
export function contextOf(call: FhirCall, resource: JsonResource): string | undefined {
  const { reference } = (resource['securityContext'] ?? {}) as { readonly reference?: unknown };
  if (typeof reference !== 'string') return serverExtension(resource, OWNER_EXTENSION);
  return localReference(call, reference) ?? '';
}

/** The reference below our own base; undefined where it leads elsewhere or to a version. */
export function localReference({ services }: FhirCall, reference: string): string | undefined {
  const base = services.settings.baseUrls.find((url) => reference.startsWith(`${url}/`));
  const relative = base === undefined ? reference : reference.slice(base.length + 1);
  return REFERENCE.test(relative) ? relative : undefined;
}

/**
 * Whether the caller may have a Binary: who may read the resource that its securityContext names, may read the Binary.
 * Without one it is for who stored it, and for those who may read that identity.
 * @param deleting true: a context that was deleted counts too, so that what belonged to it can be removed
 * @see https://hl7.org/fhir/R4/binary.html#security
 */
export async function mayAccess(
  call: FhirCall,
  resource: JsonResource,
  deleting = false,
): Promise<boolean> {
  const context = contextOf(call, resource);
  if (context === undefined) return false;
  const explicit = resource['securityContext'] !== undefined;
  if (!explicit && context === call.principal.reference) return true;
  const [, type, id] = REFERENCE.exec(context) ?? [];
  if (type === undefined || id === undefined || type === 'Binary') return false;
  if (!call.services.definitions.isResourceType(type)) return false;
  const { store } = call.services;
  const rules = call.principal.policy.rules(type, 'read');
  if (rules.length === 0) return false;
  const row = await currentVersion(store, store.database, type, id, rules);
  if (row === undefined) return false;
  if (!row.deleted) return row.rule !== null && showsAttachments(call, type, rules, row);
  if (!deleting) return false;
  const last = await lastVersion(store, store.database, type, id);
  return last !== undefined && (await ruleForVersion(store, rules, last)) !== undefined;
}

/** False where all rules that show the resource hide what is attached to it. */
async function showsAttachments(
  { services }: FhirCall,
  type: string,
  rules: readonly PolicyRule[],
  row: { readonly id: string; readonly content: string },
): Promise<boolean> {
  const { store, definitions } = services;
  if (!rules.some((rule) => hidesAttachments(definitions, type, rule))) return true;
  const [holding = []] = await holdingRules(store, store.database, type, rules, [row]);
  return holding.some((rule) => !hidesAttachments(definitions, type, rule));
}
