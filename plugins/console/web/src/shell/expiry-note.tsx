import { Badge } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import { useConsole } from '../session/session-context.tsx';
import { useTexts } from '../texts/texts.tsx';

/** From here on the time that is left is shown, in milliseconds. */
const WARN_MS = 120_000;

/** Says when the page will sign out because nobody uses it. */
export function ExpiryNote(): ReactNode {
  const { t } = useTexts();
  const { idle } = useConsole();
  const [left, setLeft] = useState(Number.POSITIVE_INFINITY);
  useEffect(() => {
    const timer = setInterval(
      () => setLeft(idle.current?.left() ?? Number.POSITIVE_INFINITY),
      1000,
    );
    return () => clearInterval(timer);
  }, [idle]);
  if (left > WARN_MS) return null;
  return (
    <Badge color="red" role="timer">
      {t.session.idle} {Math.ceil(left / 1000)} s
    </Badge>
  );
}
