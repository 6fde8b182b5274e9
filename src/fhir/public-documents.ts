import { createOpenApi } from './open-api/open-api.ts';
import { publicDocument } from './public-document.ts';
import type { FhirResponse, FhirServices } from './request.ts';
import { FHIR_JSON_UTF8 } from './respond.ts';
import type { SmartConfiguration } from './smart-configuration.ts';

/** Answers for a path that is open to everybody; undefined for any other. */
export type PublicDocuments = (
  path: string,
  base: string,
  ifNoneMatch: string | undefined,
) => Promise<FhirResponse> | undefined;

/**
 * The documents that clients read before they have a token: the CapabilityStatement, the OpenAPI document, and what the
 * authorization server supports.
 * @param smart absent where there is no authorization server that says it
 */
export function publicDocuments(
  services: Pick<FhirServices, 'capabilities'>,
  smart: SmartConfiguration | undefined,
): PublicDocuments {
  const { capabilities } = services;
  const openApi = createOpenApi(capabilities);
  const smartText = smart === undefined ? undefined : JSON.stringify(smart);
  return (path, base, ifNoneMatch) => {
    switch (path) {
      case 'metadata':
        return capabilities(base).then((text) => publicDocument(text, FHIR_JSON_UTF8, ifNoneMatch));
      case 'openapi.json':
        return openApi(base).then((text) => publicDocument(text, 'application/json', ifNoneMatch));
      case '.well-known/smart-configuration':
        return smartText === undefined
          ? undefined
          : Promise.resolve(publicDocument(smartText, 'application/json', ifNoneMatch));
      default:
        return undefined;
    }
  };
}
