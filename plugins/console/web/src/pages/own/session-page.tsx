import { Anchor, Button, Group, Text, Title } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import { Failure } from '../../client/outcome.tsx';
import { useConsole } from '../../session/session-context.tsx';
import { settings } from '../../settings.tsx';
import { useTexts } from '../../texts/texts.tsx';
import { Grid } from '../grid.tsx';
import { Page } from '../page.tsx';

/** Who is signed in, how, and for how long. */
export function SessionPage(): ReactNode {
  const { t, when } = useTexts();
  const { session, client, idle } = useConsole();
  const [now, setNow] = useState(Date.now);
  const [error, setError] = useState<unknown>();
  const [ended, setEnded] = useState<readonly string[]>([]);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const { claims } = session;
  if (claims === undefined) return null;
  const policies = client.me.accessPolicy?.basedOn?.map(({ reference }) => reference).join(', ');
  const rows: readonly (readonly [string, ReactNode])[] = [
    [t.session.identity, claims.profile],
    [t.session.policy, policies ?? client.me.accessPolicy?.name],
    [t.session.acr, claims.acr],
    [t.session.amr, claims.amr?.join(', ')],
    [
      t.session.since,
      claims.auth_time === undefined ? '' : when(new Date(claims.auth_time * 1000).toISOString()),
    ],
    [t.session.scope, claims.scope],
    [t.session.token, minutes(claims.exp * 1000 - now, t.session.minutes)],
    [
      t.session.idle,
      minutes(idle.current?.left() ?? settings.idleMinutes * 60_000, t.session.minutes),
    ],
  ];
  const others = client.me.security?.sessions?.filter(({ id }) => !ended.includes(id)) ?? [];
  const end = (id: string): void => {
    client
      .post('auth/revoke', { loginId: id })
      .then(() => setEnded((before) => [...before, id]), setError);
  };
  return (
    <Page title={t.session.title} intro={t.session.memory}>
      <Grid
        label={t.session.title}
        heads={['', '']}
        rows={rows.map(([name, value]) => ({ key: name, cells: [name, value] }))}
      />
      <Group>
        <Button onClick={() => void session.signOut()}>{t.session.signOut}</Button>
        <Anchor href="/auth/account" underline="always">
          {t.session.account}
        </Anchor>
      </Group>
      <Failure error={error} />
      {others.length > 0 && (
        <>
          <Title order={2} size="h3">
            {t.session.others}
          </Title>
          <Grid
            label={t.session.others}
            heads={[t.ledger.at, '', '']}
            rows={others.map(({ id, lastUpdated, browser = '', os = '' }) => ({
              key: id,
              cells: [
                when(lastUpdated),
                <Text key="device">
                  {browser} {os}
                </Text>,
                id === claims.login_id ? null : (
                  <Button key="end" size="compact-sm" variant="default" onClick={() => end(id)}>
                    {t.session.end}
                  </Button>
                ),
              ],
            }))}
          />
        </>
      )}
    </Page>
  );
}

function minutes(milliseconds: number, unit: string): string {
  return `${Math.max(0, milliseconds / 60_000).toFixed(1)} ${unit}`;
}
