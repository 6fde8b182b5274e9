import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { useLoaded } from '../../client/use-loaded.tsx';
import { usePlace } from '../../routing/router.tsx';
import { useConsole } from '../../session/session-context.tsx';
import { useTexts } from '../../texts/texts.tsx';
import { Grid } from '../grid.tsx';
import { Page } from '../page.tsx';
import { PlaceLink } from '../place-link.tsx';

/** ClientApplications. */
export function ClientsPage(): ReactNode {
  const { t } = useTexts();
  const { client } = useConsole();
  const { go } = usePlace();
  const loaded = useLoaded(() => client.searchResources('ClientApplication', '_count=100'), '');
  return (
    <Page
      title={t.clients.title}
      intro={t.clients.intro}
      {...loaded}
      actions={<Button onClick={() => go('/ClientApplication/new')}>{t.resources.newOne}</Button>}
    >
      {loaded.value !== undefined && (
        <Grid
          label={t.clients.title}
          heads={[t.clients.name, 'Id', t.clients.redirect, t.clients.status]}
          rows={loaded.value.map(({ id, name, redirectUris, redirectUri, status }) => ({
            key: id,
            cells: [
              <PlaceLink key="name" to={`/ClientApplication/${id}`}>
                {name ?? id}
              </PlaceLink>,
              id,
              (redirectUris ?? [redirectUri]).filter((uri) => uri !== undefined).join(', '),
              status,
            ],
          }))}
        />
      )}
    </Page>
  );
}
