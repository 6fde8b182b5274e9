import { Text } from '@mantine/core';
import type { ReactNode } from 'react';

/** Says that something is done; the place is always there, so that screen readers hear it. */
export function SavedNote({ text }: { readonly text: string | undefined }): ReactNode {
  return (
    <Text role="status" mih="1.5em" fw={600}>
      {text}
    </Text>
  );
}
