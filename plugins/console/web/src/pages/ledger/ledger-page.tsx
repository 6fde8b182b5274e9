import { Button, Group, Paper, SimpleGrid, TextInput } from '@mantine/core';
import type { AuditEvent, Bundle } from '@medplum/fhirtypes';
import type { ReactNode } from 'react';
import { useLoaded } from '../../client/use-loaded.tsx';
import { usePlace } from '../../routing/router.tsx';
import { useConsole } from '../../session/session-context.tsx';
import { useTexts } from '../../texts/texts.tsx';
import { Grid } from '../grid.tsx';
import { Page } from '../page.tsx';
import { PlaceLink } from '../place-link.tsx';
import { actionOf, whatOf, whoOf } from './event-words.tsx';
import { SealState } from './seal-state.tsx';

const FIELDS = ['patient', 'agent', 'entity', 'action', 'outcome', 'from', 'to', 'policy'] as const;

/** Search of the audit ledger, newest first. What is searched for stands in the address bar. */
export function LedgerPage(): ReactNode {
  const { t, when } = useTexts();
  const { client } = useConsole();
  const { query, go } = usePlace();
  const next = query.get('next');
  const search = next ?? searchOf(query);
  const loaded = useLoaded(
    async () => await client.get<Bundle<AuditEvent>>(`${client.fhirUrl('AuditEvent')}?${search}`),
    search,
  );
  const events = (loaded.value?.entry ?? []).flatMap(({ resource }) => resource ?? []);
  const older = loaded.value?.link?.find(({ relation }) => relation === 'next')?.url;
  const submit = (form: FormData): void => {
    const asked = new URLSearchParams();
    for (const name of FIELDS) {
      const value = form.get(name);
      if (typeof value === 'string' && value !== '') asked.set(name, value);
    }
    go(`/ledger?${asked}`);
  };
  return (
    <Page
      title={t.ledger.title}
      intro={t.ledger.intro}
      error={loaded.error}
      loading={loaded.loading}
      reload={loaded.reload}
    >
      <SealState />
      <Paper withBorder p="md">
        <form
          key={query.toString()}
          onSubmit={(event) => {
            event.preventDefault();
            submit(new FormData(event.currentTarget));
          }}
        >
          <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }}>
            {FIELDS.map((name) => (
              <TextInput
                key={name}
                name={name}
                label={t.ledger[name]}
                defaultValue={query.get(name) ?? ''}
              />
            ))}
          </SimpleGrid>
          <Group mt="md">
            <Button type="submit">{t.ledger.search}</Button>
          </Group>
        </form>
      </Paper>
      {loaded.value !== undefined && (
        <Grid
          label={t.ledger.title}
          heads={[t.ledger.at, t.ledger.action, t.ledger.agent, t.ledger.what, t.ledger.outcome]}
          rows={events.map((event) => ({
            key: event.id ?? '',
            cells: [
              <PlaceLink key="at" to={`/ledger/${event.id ?? ''}`}>
                {when(event.recorded)}
              </PlaceLink>,
              actionOf(event),
              whoOf(event),
              whatOf(event),
              t.ledger.outcomes[event.outcome ?? ''] ?? event.outcome,
            ],
          }))}
        />
      )}
      {older !== undefined && (
        <Group>
          <Button
            variant="default"
            onClick={() => {
              const more = new URLSearchParams(query);
              more.set('next', new URL(older, location.origin).search.slice(1));
              go(`/ledger?${more}`);
            }}
          >
            {t.ledger.more}
          </Button>
        </Group>
      )}
    </Page>
  );
}

/** The search that the form asks for. */
function searchOf(query: URLSearchParams): string {
  const asked = new URLSearchParams({ _count: '25' });
  for (const name of ['patient', 'agent', 'entity', 'action', 'outcome', 'policy']) {
    const value = query.get(name);
    if (value !== null) asked.set(name, value);
  }
  const from = query.get('from');
  const to = query.get('to');
  if (from !== null) asked.append('date', `ge${from}`);
  if (to !== null) asked.append('date', `le${to}`);
  return asked.toString();
}
