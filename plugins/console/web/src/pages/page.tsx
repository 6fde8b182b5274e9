import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';
import { Failure } from '../client/outcome.tsx';
import { settings } from '../settings.tsx';
import { useTexts } from '../texts/texts.tsx';

interface PageProps {
  readonly title: string;
  readonly intro?: string;
  /** What went wrong while it was loaded. */
  readonly error?: unknown;
  readonly loading?: boolean;
  readonly reload?: () => void;
  /** Buttons beside the title. */
  readonly actions?: ReactNode;
  readonly children?: ReactNode;
}

/** Title, what went wrong, and content of a page. */
export function Page({
  title,
  intro,
  error,
  loading,
  reload,
  actions,
  children,
}: PageProps): ReactNode {
  const { t } = useTexts();
  useEffect(() => {
    document.title = `${title} – ${settings.title}`;
  }, [title]);
  return (
    <Stack aria-busy={loading === true}>
      <Group justify="space-between">
        <Title order={1} size="h2">
          {title}
        </Title>
        <Group gap="xs">
          {actions}
          {reload !== undefined && (
            <Button variant="default" onClick={reload} loading={loading === true}>
              {t.reload}
            </Button>
          )}
        </Group>
      </Group>
      {intro !== undefined && <Text>{intro}</Text>}
      <Failure error={error} />
      {children}
    </Stack>
  );
}
