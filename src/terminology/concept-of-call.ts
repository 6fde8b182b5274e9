import { fhirError } from '../outcome/codes.ts';
import type { Concept, OpenCodeSystem } from './code-system.ts';
import { notLoaded } from './compiled-set.ts';
import type { Terminology } from './terminology.ts';

/**
 * A code system that has to be there.
 * @throws FhirError `TERMINOLOGY_SYSTEM_UNKNOWN`
 */
export async function requireSystem(
  terminology: Terminology,
  url: string,
  version: string | undefined,
): Promise<OpenCodeSystem> {
  const system = await terminology.codeSystem(url, version);
  if (system === undefined) throw notLoaded(url, version);
  return system;
}

/**
 * A concept that has to be there.
 * @throws FhirError `TERMINOLOGY_CODE_UNKNOWN`, or `TERMINOLOGY_SYSTEM_UNKNOWN` where the system is not complete
 */
export function requireConcept(system: OpenCodeSystem, code: string): Concept {
  const concept = system.find(code);
  if (concept !== undefined) return concept;
  if (!system.complete) throw notLoaded(system.url, system.version, system.resource.content);
  throw fhirError('TERMINOLOGY_CODE_UNKNOWN', { system: system.url.slice(0, 200) });
}
