import { Button, Group, Modal, Text } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import { usePlace } from '../routing/router.tsx';
import { useConsole } from '../session/session-context.tsx';
import { useTexts } from '../texts/texts.tsx';

/**
 * Asks before it leaves for a stronger sign-in: a form that was not saved would be lost.
 * @see https://www.rfc-editor.org/rfc/rfc9470
 */
export function StepUpDialog(): ReactNode {
  const { t } = useTexts();
  const { session } = useConsole();
  const { path } = usePlace();
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const wanted = (): void => setOpen(true);
    session.addEventListener('step-up', wanted);
    return () => session.removeEventListener('step-up', wanted);
  }, [session]);
  return (
    <Modal opened={open} onClose={() => setOpen(false)} title={t.signIn.stepTitle}>
      <Text>{t.signIn.stepText}</Text>
      <Group mt="md" justify="flex-end">
        <Button variant="default" onClick={() => setOpen(false)}>
          {t.cancel}
        </Button>
        <Button onClick={() => void session.signInStronger(path)}>{t.signIn.stepButton}</Button>
      </Group>
    </Modal>
  );
}
