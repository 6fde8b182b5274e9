import { Button, Group, Paper, Stack, Text, Textarea, Title } from '@mantine/core';
import type { Bot } from '@medplum/fhirtypes';
import { type ReactNode, useState } from 'react';
import { Failure } from '../../client/outcome.tsx';
import { useLoaded } from '../../client/use-loaded.tsx';
import { useConsole } from '../../session/session-context.tsx';
import { useTexts } from '../../texts/texts.tsx';
import { SavedNote } from '../resources/saved-note.tsx';

interface BotSourceProps {
  readonly bot: Bot & { readonly id: string };
  readonly onDeployed: () => void;
}

/** The code of a bot, and a place to deploy other code. */
export function BotSource({ bot, onDeployed }: BotSourceProps): ReactNode {
  const { t } = useTexts();
  const { client, session } = useConsole();
  const [code, setCode] = useState('');
  const [error, setError] = useState<unknown>();
  const [done, setDone] = useState(false);
  const url = (bot.sourceCode ?? bot.executableCode)?.url;
  const source = useLoaded(async () => {
    if (url === undefined) return undefined;
    const response = await session.fetch(client.fhirUrl(url).toString(), {
      headers: { accept: '*/*' },
    });
    if (!response.ok) throw await response.json();
    return response.text();
  }, url ?? '');
  const deploy = (): void => {
    setDone(false);
    client
      .post(client.fhirUrl('Bot', bot.id, '$deploy'), { code, filename: 'index.cjs' })
      .then(() => {
        setError(undefined);
        setDone(true);
        onDeployed();
      }, setError);
  };
  return (
    <Paper withBorder p="md" component="section">
      <Stack>
        <Title order={2} size="h3">
          {t.bots.source}
        </Title>
        <Failure error={source.error} />
        {source.value === undefined ? (
          <Text>{t.bots.noSource}</Text>
        ) : (
          <pre className="code">{source.value}</pre>
        )}
        <Textarea
          label={t.bots.code}
          value={code}
          onChange={({ currentTarget }) => setCode(currentTarget.value)}
          autosize
          minRows={4}
          maxRows={30}
          spellCheck={false}
          classNames={{ input: 'code' }}
        />
        <Group>
          <Button onClick={deploy} disabled={code.trim() === ''}>
            {t.bots.deploy}
          </Button>
          <SavedNote text={done ? t.bots.deployed : undefined} />
        </Group>
        <Failure error={error} />
      </Stack>
    </Paper>
  );
}
