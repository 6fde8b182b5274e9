import { Anchor } from '@mantine/core';
import type { ReactNode } from 'react';
import { useLink } from '../routing/router.tsx';

/** A link to another page of the console. */
export function PlaceLink({
  to,
  children,
}: {
  readonly to: string;
  readonly children: ReactNode;
}): ReactNode {
  const link = useLink();
  return (
    <Anchor underline="always" {...link(to)}>
      {children}
    </Anchor>
  );
}
