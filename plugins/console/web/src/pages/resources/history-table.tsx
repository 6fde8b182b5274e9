import type { Resource, ResourceType } from '@medplum/fhirtypes';
import { ResourceDiffTable } from '@medplum/react';
import { Button, Stack, Title } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { Failure } from '../../client/outcome.tsx';
import { useLoaded } from '../../client/use-loaded.tsx';
import { useConsole } from '../../session/session-context.tsx';
import { useTexts } from '../../texts/texts.tsx';
import { Grid } from '../grid.tsx';
import { PlaceLink } from '../place-link.tsx';

/** Versions of a resource, the newest first, and what one changed. */
export function HistoryTable({
  type,
  id,
}: {
  readonly type: string;
  readonly id: string;
}): ReactNode {
  const { t, when } = useTexts();
  const { client } = useConsole();
  const [chosen, setChosen] = useState<number>();
  const loaded = useLoaded(() => client.readHistory(type as ResourceType, id), `${type}/${id}`);
  const entries = loaded.value?.entry ?? [];
  const after = chosen === undefined ? undefined : entries[chosen]?.resource;
  const before = chosen === undefined ? undefined : entries[chosen + 1]?.resource;
  return (
    <Stack>
      <Failure error={loaded.error} />
      <Grid
        label={t.resources.history}
        heads={[t.resources.version, t.ledger.at, t.resources.method, '']}
        rows={entries.map(({ resource, request, response }, index) => {
          const version = resource?.meta?.versionId ?? versionIn(response?.etag);
          return {
            key: String(index),
            cells: [
              resource === undefined ? (
                version
              ) : (
                <PlaceLink key="version" to={`/${type}/${id}/_history/${version ?? ''}`}>
                  {version}
                </PlaceLink>
              ),
              when(resource?.meta?.lastUpdated ?? response?.lastModified),
              request?.method,
              isPair(entries, index) && (
                <Button
                  key="changes"
                  size="compact-sm"
                  variant="default"
                  aria-pressed={chosen === index}
                  onClick={() => setChosen(index)}
                >
                  {t.resources.changes}
                </Button>
              ),
            ],
          };
        })}
      />
      {after !== undefined && before !== undefined && (
        <section>
          <Title order={2} size="h4">
            {t.resources.changes}: {before.meta?.versionId} → {after.meta?.versionId}
          </Title>
          <ResourceDiffTable original={before} revised={after} />
        </section>
      )}
    </Stack>
  );
}

function isPair(entries: readonly { readonly resource?: Resource }[], index: number): boolean {
  return entries[index]?.resource !== undefined && entries[index + 1]?.resource !== undefined;
}

/** Version of a deletion, which has no resource. */
function versionIn(etag: string | undefined): string | undefined {
  return etag === undefined ? undefined : /"([^"]*)"/.exec(etag)?.[1];
}
