import type { Resource } from '@medplum/fhirtypes';
import { useCallback } from 'react';
import { useConsole } from '../../session/session-context.tsx';

/**
 * Stores a resource if nobody has changed it meanwhile: the version that was shown goes along as `If-Match`, and 412 comes
 * back otherwise.
 * @see https://hl7.org/fhir/R4/http.html#concurrency
 */
export function useUpdate(shown: Resource): (changed: Resource) => Promise<void> {
  const { client } = useConsole();
  const version = shown.meta?.versionId;
  return useCallback(
    async (changed) => {
      const headers: Record<string, string> =
        version === undefined ? {} : { 'If-Match': `W/"${version}"` };
      await client.updateResource(changed, { headers });
    },
    [client, version],
  );
}
