import { Alert, Button, Center, Paper, Stack, Text, Title } from '@mantine/core';
import { type ReactNode, useEffect, useRef } from 'react';
import { usePlace } from '../routing/router.tsx';
import { useConsole } from '../session/session-context.tsx';
import type { SessionState } from '../session/session.tsx';
import { settings } from '../settings.tsx';
import { useTexts } from '../texts/texts.tsx';

/**
 * Before the sign-in. Whoever comes goes on by themselves: after signing out, the session of the browser would sign them in
 * again at once.
 */
export function SignIn({ state }: { readonly state: SessionState }): ReactNode {
  const { t } = useTexts();
  const { session } = useConsole();
  const { path } = usePlace();
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => button.current?.focus(), []);
  const notes = {
    'signed-out': undefined,
    'signed-in': undefined,
    ended: t.signIn.ended,
    refused: t.signIn.refused,
  };
  const note = notes[state];
  return (
    <Center mih="100vh" p="md" component="main">
      <Paper withBorder shadow="sm" p="xl" maw={480}>
        <Stack>
          <Title order={1} size="h2">
            {settings.title}
          </Title>
          {note !== undefined && (
            <Alert color="yellow" role="status">
              {note}
            </Alert>
          )}
          <Text>{t.signIn.text}</Text>
          <Button ref={button} size="md" onClick={() => void session.signIn(path)}>
            {t.signIn.button}
          </Button>
        </Stack>
      </Paper>
    </Center>
  );
}
