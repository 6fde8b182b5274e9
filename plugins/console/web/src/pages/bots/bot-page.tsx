import { Group, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useLoaded } from '../../client/use-loaded.tsx';
import { useConsole } from '../../session/session-context.tsx';
import { useTexts } from '../../texts/texts.tsx';
import { Page } from '../page.tsx';
import { PlaceLink } from '../place-link.tsx';
import { BotRuns } from './bot-runs.tsx';
import { BotSource } from './bot-source.tsx';
import { RunForm } from './run-form.tsx';

/** One bot: run it, read and replace its code, see what it did. */
export function BotPage({ id }: { readonly id: string }): ReactNode {
  const { t } = useTexts();
  const { client } = useConsole();
  const [runs, setRuns] = useState(0);
  const { value: bot, ...loaded } = useLoaded(() => client.readResource('Bot', id), id);
  return (
    <Page title={bot?.name ?? id} {...loaded}>
      {bot !== undefined && (
        <>
          <Text>{bot.description}</Text>
          <Group>
            <PlaceLink to={`/Bot/${id}/edit`}>{t.resources.edit}</PlaceLink>
            <PlaceLink to={`/Bot/${id}/history`}>{t.resources.history}</PlaceLink>
          </Group>
          <RunForm id={id} onRun={() => setRuns((before) => before + 1)} />
          <BotRuns id={id} turn={runs} />
          <BotSource bot={bot} onDeployed={loaded.reload} />
        </>
      )}
    </Page>
  );
}
