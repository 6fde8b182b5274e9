import type { CapabilityStatement } from '@medplum/fhirtypes';
import { CORE_OPERATIONS } from '../operations/core-operations.ts';
import { openApiDocument } from './document.ts';

/** Documents that are kept: one for each base, and for what changed since. */
const KEPT = 10;

/**
 * The OpenAPI document as text, made anew when the CapabilityStatement says something else.
 * @param capabilities text of the CapabilityStatement for a base URL
 */
export function createOpenApi(
  capabilities: (base: string) => Promise<string>,
): (base: string) => Promise<string> {
  const texts = new Map<string, string>();
  return async (base) => {
    const statement = await capabilities(base);
    let text = texts.get(statement);
    if (text === undefined) {
      text = JSON.stringify(
        openApiDocument(JSON.parse(statement) as CapabilityStatement, CORE_OPERATIONS),
      );
      if (texts.size >= KEPT) texts.clear();
      texts.set(statement, text);
    }
    return text;
  };
}
