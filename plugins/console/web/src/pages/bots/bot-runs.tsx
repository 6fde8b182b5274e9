import { Stack, Text, Title } from '@mantine/core';
import type { AuditEvent, Bundle } from '@medplum/fhirtypes';
import type { ReactNode } from 'react';
import { Failure } from '../../client/outcome.tsx';
import { useLoaded } from '../../client/use-loaded.tsx';
import { useConsole } from '../../session/session-context.tsx';
import { useTexts } from '../../texts/texts.tsx';
import { Grid } from '../grid.tsx';

/** Runs of a bot with their logs. @param turn changes when there may be a new one */
export function BotRuns({ id, turn }: { readonly id: string; readonly turn: number }): ReactNode {
  const { t, when } = useTexts();
  const { client } = useConsole();
  const loaded = useLoaded(async () => {
    const answer = await client.get<Bundle<AuditEvent>>(client.fhirUrl('Bot', id, '$runs'));
    return (answer.entry ?? []).flatMap(({ resource }) =>
      resource === undefined ? [] : [resource],
    );
  }, `${id} ${turn}`);
  return (
    <Stack component="section">
      <Title order={2} size="h3">
        {t.bots.runs}
      </Title>
      <Failure error={loaded.error} />
      {loaded.value?.length === 0 && <Text>{t.bots.none}</Text>}
      {loaded.value !== undefined && loaded.value.length > 0 && (
        <Grid
          label={t.bots.runs}
          heads={[t.bots.at, t.bots.outcome, t.bots.log]}
          rows={loaded.value.map(({ id: event = '', recorded, outcome = '', outcomeDesc }) => ({
            key: event,
            cells: [
              when(recorded),
              t.ledger.outcomes[outcome] ?? outcome,
              <pre key="log" className="code">
                {outcomeDesc}
              </pre>,
            ],
          }))}
        />
      )}
    </Stack>
  );
}
