import type { Definitions } from '../../definitions/model.ts';
import { asObject } from '../json-object.ts';
import { checkStockPolicy } from './check-stock-policy.ts';
import type { StockFinding } from './stock-finding.ts';

/** What was found out about one resource. */
export interface CheckedResource {
  /** `AccessPolicy/x`, or `AccessPolicy "name"` where it has no id. */
  readonly name: string;
  readonly findings: readonly StockFinding[];
}

/**
 * Checks the AccessPolicies and ProjectMemberships of a file: one resource, a list of resources, or a Bundle. Others are
 * left out.
 */
export function checkStockResources(
  definitions: Definitions,
  content: unknown,
): readonly CheckedResource[] {
  return resourcesOf(content).flatMap((resource): readonly CheckedResource[] => {
    const fields = asObject(resource);
    switch (fields?.['resourceType']) {
      case 'AccessPolicy':
        return [{ name: nameOf(fields), findings: checkStockPolicy(definitions, fields) }];
      case 'ProjectMembership':
        return [{ name: nameOf(fields), findings: membershipFindings(fields) }];
      default:
        return [];
    }
  });
}

function resourcesOf(content: unknown): readonly unknown[] {
  if (Array.isArray(content)) return content.flatMap(resourcesOf);
  const fields = asObject(content);
  if (fields?.['resourceType'] !== 'Bundle') return [content];
  const { entry } = fields;
  return Array.isArray(entry) ? entry.map((one) => asObject(one)?.['resource']) : [];
}

/** Who has no policy may do everything on a stock server, and nothing here. */
function membershipFindings(
  membership: Readonly<Record<string, unknown>>,
): readonly StockFinding[] {
  const { accessPolicy, access, admin } = membership;
  const named = accessPolicy !== undefined || (Array.isArray(access) && access.length > 0);
  const found: StockFinding[] = [];
  if (!named) {
    const text =
      'it names no policy: that allows everything there and nothing here, so that it needs one';
    found.push({ level: 'differs', text });
  }
  if (admin === true) {
    const text = 'admin adds entries for projects and users there; here the policy alone counts';
    found.push({ level: 'differs', path: 'admin', text });
  }
  return found.length > 0 ? found : [{ level: 'holds', text: 'it names its policies' }];
}

function nameOf({ resourceType, id, name }: Readonly<Record<string, unknown>>): string {
  if (typeof id === 'string') return `${String(resourceType)}/${id}`;
  return typeof name === 'string'
    ? `${String(resourceType)} ${JSON.stringify(name)}`
    : `${String(resourceType)} without id`;
}
