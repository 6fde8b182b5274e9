import { Badge, Group, Paper, Stack, Text, Title } from '@mantine/core';
import type { Parameters } from '@medplum/fhirtypes';
import type { ReactNode } from 'react';
import { Failure } from '../../client/outcome.tsx';
import { useLoaded } from '../../client/use-loaded.tsx';
import { useConsole } from '../../session/session-context.tsx';
import { useTexts } from '../../texts/texts.tsx';
import { named, oneText } from '../parameters.tsx';
import { ledgerKeys, verifyCheckpoint } from './verify-checkpoint.tsx';

/** The newest checkpoint, its age, and whether a key of the ledger has signed it. */
export function SealState(): ReactNode {
  const { t, when } = useTexts();
  const { client } = useConsole();
  const loaded = useLoaded(async () => {
    const answer = await client.get<Parameters>(client.fhirUrl('$audit-checkpoint'));
    const checkpoint = named(answer, 'checkpoint')[0];
    const keys = await ledgerKeys(client);
    const time = oneText(checkpoint, 'time');
    return {
      size: oneText(checkpoint, 'size'),
      kid: oneText(checkpoint, 'kid'),
      time,
      age: time === undefined ? undefined : Math.round((Date.now() - Date.parse(time)) / 1000),
      good: await verifyCheckpoint(oneText(checkpoint, 'jws') ?? '', keys),
    };
  }, '');
  const { value } = loaded;
  return (
    <Paper withBorder p="md" component="section" data-testid="seal">
      <Stack gap="xs">
        <Title order={2} size="h4">
          {t.ledger.seal}
        </Title>
        <Failure error={loaded.error} />
        {value !== undefined && (
          <>
            <Group>
              <Text>
                {t.ledger.checkpoint}: {when(value.time)}
              </Text>
              <Text>
                {t.ledger.age}: {value.age} {t.ledger.seconds}
              </Text>
              <Text>
                {t.ledger.size}: {value.size}
              </Text>
            </Group>
            <Group>
              <Text>{t.ledger.signature}:</Text>
              <Badge variant="outline" tt="none" color={value.good ? 'green' : 'red'}>
                {value.good ? t.ledger.good : t.ledger.bad}
              </Badge>
            </Group>
            <Text>
              {t.ledger.key}: <span className="code">{value.kid}</span>. {t.ledger.thumbprint}
            </Text>
          </>
        )}
      </Stack>
    </Paper>
  );
}
