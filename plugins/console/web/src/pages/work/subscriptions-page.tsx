import { Button, Group } from '@mantine/core';
import type { Subscription } from '@medplum/fhirtypes';
import { type ReactNode, useState } from 'react';
import { Failure } from '../../client/outcome.tsx';
import { useLoaded } from '../../client/use-loaded.tsx';
import { useConsole } from '../../session/session-context.tsx';
import { useTexts } from '../../texts/texts.tsx';
import { Grid } from '../grid.tsx';
import { Page } from '../page.tsx';
import { PlaceLink } from '../place-link.tsx';

/** Subscriptions with what became of them. */
export function SubscriptionsPage(): ReactNode {
  const { t } = useTexts();
  const { client } = useConsole();
  const [error, setError] = useState<unknown>();
  const loaded = useLoaded(
    () => client.searchResources('Subscription', '_count=100&_sort=-_lastUpdated'),
    '',
  );
  const switchTo = (subscription: Subscription, status: Subscription['status']): void => {
    const headers = { 'If-Match': `W/"${subscription.meta?.versionId ?? ''}"` };
    const changed: Subscription = { ...subscription, status };
    delete changed.error;
    client.updateResource(changed, { headers }).then(() => {
      setError(undefined);
      loaded.reload();
    }, setError);
  };
  return (
    <Page title={t.subscriptions.title} intro={t.subscriptions.intro} {...loaded}>
      <Failure error={error} />
      {loaded.value !== undefined && (
        <Grid
          label={t.subscriptions.title}
          heads={[
            t.subscriptions.criteria,
            t.subscriptions.channel,
            t.subscriptions.status,
            t.subscriptions.error,
            '',
          ]}
          rows={loaded.value.map((subscription) => ({
            key: subscription.id,
            cells: [
              <PlaceLink key="criteria" to={`/Subscription/${subscription.id}`}>
                {subscription.criteria ?? subscription.id}
              </PlaceLink>,
              `${subscription.channel?.type ?? ''} ${subscription.channel?.endpoint ?? ''}`,
              subscription.status,
              subscription.error,
              <Group key="actions" gap="xs" wrap="nowrap">
                {subscription.status !== 'active' && (
                  <Button size="compact-sm" onClick={() => switchTo(subscription, 'requested')}>
                    {t.subscriptions.restart}
                  </Button>
                )}
                {subscription.status === 'active' && (
                  <Button
                    size="compact-sm"
                    variant="default"
                    onClick={() => switchTo(subscription, 'off')}
                  >
                    {t.subscriptions.off}
                  </Button>
                )}
              </Group>,
            ],
          }))}
        />
      )}
    </Page>
  );
}
