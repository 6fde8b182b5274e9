import { Button, Group, Modal, Text } from '@mantine/core';
import type { ResourceType } from '@medplum/fhirtypes';
import { type ReactNode, useState } from 'react';
import { Failure } from '../../client/outcome.tsx';
import { usePlace } from '../../routing/router.tsx';
import { useConsole } from '../../session/session-context.tsx';
import { useTexts } from '../../texts/texts.tsx';

/** Deletes a resource after a question. */
export function DeleteButton({
  type,
  id,
}: {
  readonly type: string;
  readonly id: string;
}): ReactNode {
  const { t } = useTexts();
  const { client } = useConsole();
  const { go } = usePlace();
  const [open, setOpen] = useState(false);
  const [error, setError] = useState<unknown>();
  const remove = (): void => {
    client.deleteResource(type as ResourceType, id).then(() => go(`/${type}`), setError);
  };
  return (
    <>
      <Button color="red" variant="outline" onClick={() => setOpen(true)}>
        {t.remove}
      </Button>
      <Modal opened={open} onClose={() => setOpen(false)} title={`${type}/${id}`}>
        <Text>{t.resources.confirm}</Text>
        <Failure error={error} />
        <Group mt="md" justify="flex-end">
          <Button variant="default" onClick={() => setOpen(false)}>
            {t.cancel}
          </Button>
          <Button color="red" onClick={remove}>
            {t.remove}
          </Button>
        </Group>
      </Modal>
    </>
  );
}
