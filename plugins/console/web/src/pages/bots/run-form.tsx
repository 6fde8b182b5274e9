import { Button, Group, Paper, Stack, Text, Textarea, Title } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { Failure } from '../../client/outcome.tsx';
import { useConsole } from '../../session/session-context.tsx';
import { useTexts } from '../../texts/texts.tsx';

interface RunFormProps {
  readonly id: string;
  /** After a run, whether it went well or not. */
  readonly onRun: () => void;
}

/** `Bot/[id]/$execute` with an input. */
export function RunForm({ id, onRun }: RunFormProps): ReactNode {
  const { t } = useTexts();
  const { client } = useConsole();
  const [text, setText] = useState('{}');
  const [invalid, setInvalid] = useState<string>();
  const [result, setResult] = useState<string>();
  const [error, setError] = useState<unknown>();
  const [running, setRunning] = useState(false);
  const run = (): void => {
    let input: unknown;
    try {
      input = JSON.parse(text);
    } catch (problem) {
      setInvalid(`${t.resources.notJson} ${String(problem)}`);
      return;
    }
    setInvalid(undefined);
    setResult(undefined);
    setError(undefined);
    setRunning(true);
    client
      .executeBot(id, input, 'application/json')
      .then((value: unknown) => setResult(JSON.stringify(value ?? null, null, 2)), setError)
      .finally(() => {
        setRunning(false);
        onRun();
      });
  };
  return (
    <Paper withBorder p="md" component="section">
      <Stack>
        <Title order={2} size="h3">
          {t.bots.run}
        </Title>
        <Textarea
          label={t.bots.input}
          value={text}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
          error={invalid}
          autosize
          minRows={3}
          maxRows={20}
          spellCheck={false}
          classNames={{ input: 'code' }}
        />
        <Group>
          <Button onClick={run} loading={running}>
            {t.bots.execute}
          </Button>
        </Group>
        <Failure error={error} />
        {result !== undefined && (
          <div role="status">
            <Text fw={600}>{t.bots.result}</Text>
            <pre className="code">{result}</pre>
          </div>
        )}
      </Stack>
    </Paper>
  );
}
