import { Badge, Button, Group, List, Paper, Stack, Text, Title } from '@mantine/core';
import type { Parameters } from '@medplum/fhirtypes';
import { type ReactNode, useState } from 'react';
import { Failure } from '../../client/outcome.tsx';
import { useLoaded } from '../../client/use-loaded.tsx';
import { useConsole } from '../../session/session-context.tsx';
import { useTexts } from '../../texts/texts.tsx';
import { Grid } from '../grid.tsx';
import { Page } from '../page.tsx';
import { PlaceLink } from '../place-link.tsx';
import { actionOf, policiesOf, whatOf, whoOf } from './event-words.tsx';
import { ledgerKeys } from './verify-checkpoint.tsx';
import { type InclusionVerdict, verifyInclusion } from './verify-inclusion.tsx';

/** One event of the ledger, and the proof that it stands there as it was recorded. */
export function EventPage({ id }: { readonly id: string }): ReactNode {
  const { t, when } = useTexts();
  const { client } = useConsole();
  const { value: event, ...loaded } = useLoaded(() => client.readResource('AuditEvent', id), id);
  return (
    <Page title={t.ledger.event} {...loaded}>
      <PlaceLink to="/ledger">{t.ledger.title}</PlaceLink>
      {event !== undefined && (
        <>
          <Grid
            label={t.ledger.event}
            heads={['', '']}
            rows={[
              [t.ledger.at, when(event.recorded)],
              [t.ledger.action, actionOf(event)],
              [t.ledger.agent, whoOf(event)],
              [t.ledger.what, whatOf(event)],
              [t.ledger.outcome, t.ledger.outcomes[event.outcome ?? ''] ?? event.outcome],
              [t.ledger.policy, policiesOf(event)],
            ].map(([name = '', value]) => ({ key: name, cells: [name, value] }))}
          />
          <Proof id={id} />
          <pre className="code">{JSON.stringify(event, null, 2)}</pre>
        </>
      )}
    </Page>
  );
}

function Proof({ id }: { readonly id: string }): ReactNode {
  const { t } = useTexts();
  const { client } = useConsole();
  const [verdict, setVerdict] = useState<InclusionVerdict>();
  const [error, setError] = useState<unknown>();
  const verify = async (): Promise<void> => {
    const url = client.fhirUrl('AuditEvent', id, '$inclusion-proof');
    const answer = await client.get<Parameters>(url, { cache: 'reload' });
    setVerdict(await verifyInclusion(answer, await ledgerKeys(client)));
    setError(undefined);
  };
  const steps =
    verdict === undefined ? [] : (['record', 'restricted', 'path', 'signature'] as const);
  return (
    <Paper withBorder p="md" component="section" data-testid="proof">
      <Stack gap="xs">
        <Title order={2} size="h4">
          {t.ledger.verify}
        </Title>
        <Text>{t.ledger.verifyIntro}</Text>
        <Group>
          <Button
            onClick={() => {
              setVerdict(undefined);
              verify().catch(setError);
            }}
          >
            {t.ledger.verify}
          </Button>
        </Group>
        <Failure error={error} />
        {verdict !== undefined && (
          <List aria-live="polite">
            {steps.map((step) => (
              <List.Item key={step}>
                {t.ledger.steps[step]}: <Verdict good={verdict[step]} />
              </List.Item>
            ))}
          </List>
        )}
      </Stack>
    </Paper>
  );
}

function Verdict({ good }: { readonly good: boolean | undefined }): ReactNode {
  const { t } = useTexts();
  if (good === undefined) return t.ledger.notShown;
  return (
    <Badge variant="outline" tt="none" color={good ? 'green' : 'red'}>
      {good ? t.ledger.good : t.ledger.bad}
    </Badge>
  );
}
