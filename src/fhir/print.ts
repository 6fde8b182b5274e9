import type { Definitions } from '../definitions/model.ts';
import { structurePlans } from '../definitions/structure-plan.ts';
import type { Format } from './format.ts';
import { prettyJson } from '../json/pretty.ts';
import type { FhirResponse } from './request.ts';
import { FHIR_JSON_UTF8 } from './respond.ts';
import { writeXml } from './xml/write.ts';

/** Content type of every FHIR answer in XML. */
export const FHIR_XML_UTF8 = 'application/fhir+xml; charset=utf-8';

/** Prints an answer in the format that was asked for; undefined, where none can be made, is plain JSON. */
export type Printer = (answer: FhirResponse, format: Format | undefined) => FhirResponse;

/** Texts whose XML is kept: the CapabilityStatement is large, public, and the same for everybody for a minute. */
const KEPT = 4;

/**
 * Makes the printer. Only what the interactions give as FHIR JSON is printed anew; plain JSON goes out as the text that
 * was stored.
 */
export function createPrinter(definitions: Definitions): Printer {
  const plans = structurePlans(definitions);
  const kept = new Map<string, string>();
  const xml = (body: string, pretty: boolean, keep: boolean): string => {
    if (!keep) return writeXml(plans, body, { pretty });
    const key = `${String(pretty)} ${body}`;
    const known = kept.get(key) ?? writeXml(plans, body, { pretty });
    if (kept.size >= KEPT && !kept.has(key)) kept.clear();
    kept.set(key, known);
    return known;
  };
  return (answer, format) => {
    const { body, headers } = answer;
    if (format === undefined || body === undefined || headers['Content-Type'] !== FHIR_JSON_UTF8)
      return answer;
    const { kind, pretty } = format;
    if (kind === 'json') return pretty ? { ...answer, body: prettyJson(body) } : answer;
    const isPublic = headers['Cache-Control']?.startsWith('public') === true;
    return {
      ...answer,
      headers: { ...headers, 'Content-Type': FHIR_XML_UTF8 },
      body: xml(body, pretty, isPublic),
    };
  };
}
