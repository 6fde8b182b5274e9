import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { useLoaded } from '../../client/use-loaded.tsx';
import { usePlace } from '../../routing/router.tsx';
import { useConsole } from '../../session/session-context.tsx';
import { useTexts } from '../../texts/texts.tsx';
import { Grid } from '../grid.tsx';
import { Page } from '../page.tsx';
import { PlaceLink } from '../place-link.tsx';

/** URL of the extension by which a policy names an operation. */
export const OPERATION = 'https://diga-server.dev/fhir/StructureDefinition/access-policy-operation';

/** All AccessPolicies. */
export function PoliciesPage(): ReactNode {
  const { t } = useTexts();
  const { client } = useConsole();
  const { go } = usePlace();
  const loaded = useLoaded(
    () => client.searchResources('AccessPolicy', '_count=100&_sort=name'),
    '',
  );
  return (
    <Page
      title={t.policies.title}
      {...loaded}
      actions={<Button onClick={() => go('/AccessPolicy/new')}>{t.policies.newOne}</Button>}
    >
      {loaded.value !== undefined && (
        <Grid
          label={t.policies.title}
          heads={[t.policies.name, 'Id', t.policies.entries, t.policies.operations]}
          rows={loaded.value.map(({ id, name, resource = [], extension = [] }) => ({
            key: id,
            cells: [
              <PlaceLink key="name" to={`/policies/${id}`}>
                {name ?? id}
              </PlaceLink>,
              id,
              resource.length,
              extension.filter(({ url }) => url === OPERATION).length,
            ],
          }))}
        />
      )}
    </Page>
  );
}
