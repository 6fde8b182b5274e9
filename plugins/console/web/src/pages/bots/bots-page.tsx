import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { useLoaded } from '../../client/use-loaded.tsx';
import { usePlace } from '../../routing/router.tsx';
import { useConsole } from '../../session/session-context.tsx';
import { useTexts } from '../../texts/texts.tsx';
import { Grid } from '../grid.tsx';
import { Page } from '../page.tsx';
import { PlaceLink } from '../place-link.tsx';

/** All bots. */
export function BotsPage(): ReactNode {
  const { t } = useTexts();
  const { client } = useConsole();
  const { go } = usePlace();
  const loaded = useLoaded(() => client.searchResources('Bot', '_count=100&_sort=name'), '');
  return (
    <Page
      title={t.bots.title}
      intro={t.bots.intro}
      {...loaded}
      actions={<Button onClick={() => go('/Bot/new')}>{t.resources.newOne}</Button>}
    >
      {loaded.value !== undefined && (
        <Grid
          label={t.bots.title}
          heads={[t.bots.name, 'Id', t.bots.description]}
          rows={loaded.value.map(({ id, name, description }) => ({
            key: id,
            cells: [
              <PlaceLink key="name" to={`/bots/${id}`}>
                {name ?? id}
              </PlaceLink>,
              id,
              description,
            ],
          }))}
        />
      )}
    </Page>
  );
}
