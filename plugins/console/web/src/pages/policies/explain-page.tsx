import { Badge, Button, Group, Paper, Stack, Text, TextInput, Title } from '@mantine/core';
import type { Parameters } from '@medplum/fhirtypes';
import { type ReactNode, useState } from 'react';
import { Failure } from '../../client/outcome.tsx';
import { useConsole } from '../../session/session-context.tsx';
import { useTexts } from '../../texts/texts.tsx';
import { Grid } from '../grid.tsx';
import { Page } from '../page.tsx';
import { named, oneText, textOf } from '../parameters.tsx';

/** `$explain`: who asks what, and which rules decide. */
export function ExplainPage(): ReactNode {
  const { t } = useTexts();
  const { client } = useConsole();
  const [answer, setAnswer] = useState<Parameters>();
  const [error, setError] = useState<unknown>();
  const explain = (form: FormData): void => {
    const parameter = FIELDS.flatMap((name) => {
      const value = form.get(name);
      return typeof value === 'string' && value !== '' ? [{ name, valueString: value }] : [];
    });
    client.post(client.fhirUrl('$explain'), { resourceType: 'Parameters', parameter }).then(
      (value: Parameters) => {
        setError(undefined);
        setAnswer(value);
      },
      (problem: unknown) => {
        setAnswer(undefined);
        setError(problem);
      },
    );
  };
  return (
    <Page title={t.explain.title} intro={t.explain.intro}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          explain(new FormData(event.currentTarget));
        }}
      >
        <Stack maw={720}>
          <TextInput name="identity" label={t.explain.who} description={t.explain.whoHint} />
          <TextInput name="url" label={t.explain.what} description={t.explain.whatHint} required />
          <Group grow>
            <TextInput name="acr" label={t.explain.acr} />
            <TextInput name="scope" label={t.explain.scope} />
          </Group>
          <Group>
            <Button type="submit">{t.explain.button}</Button>
          </Group>
        </Stack>
      </form>
      <Failure error={error} />
      {answer !== undefined && <Explanation answer={answer} />}
    </Page>
  );
}

const FIELDS = ['identity', 'url', 'acr', 'scope'];
const COLOURS: Readonly<Record<string, string>> = {
  allowed: 'green',
  denied: 'red',
  hidden: 'red',
};

function Explanation({ answer }: { readonly answer: Parameters }): ReactNode {
  const { t } = useTexts();
  const outcome = oneText(answer, 'outcome') ?? '';
  const code = oneText(answer, 'code');
  const policies = named(answer, 'policy');
  const blocked = named(answer, 'blocked');
  const filter = oneText(answer, 'filter');
  return (
    <Paper withBorder p="md" component="section" aria-live="polite" data-testid="explanation">
      <Stack>
        <Group>
          <Badge size="xl" color={COLOURS[outcome] ?? 'yellow'} variant="outline" tt="none">
            {t.explain.outcome[outcome] ?? outcome}
          </Badge>
          {code !== undefined && (
            <Text>
              {oneText(answer, 'status')} {code}: {oneText(answer, 'reason')}
            </Text>
          )}
        </Group>
        {named(answer, 'note').map((note, index) => (
          <Text key={index}>{textOf(note)}</Text>
        ))}
        {filter !== undefined && (
          <Text>
            {t.explain.filter}: <span className="code">{filter}</span>
          </Text>
        )}
        {policies.length > 0 && (
          <>
            <Title order={2} size="h4">
              {t.explain.policies}
            </Title>
            <Grid
              label={t.explain.policies}
              heads={[t.explain.rule, t.explain.holds, t.explain.reason]}
              rows={policies.map((policy, index) => ({
                key: String(index),
                cells: [
                  oneText(policy, 'reference'),
                  oneText(policy, 'holds') === 'true' ? t.yes : t.no,
                  oneText(policy, 'reason'),
                ],
              }))}
            />
          </>
        )}
        <Grid
          label={t.explain.rule}
          heads={[t.explain.rule, t.explain.holds, t.explain.reason, 'Filter', t.explain.fields]}
          rows={named(answer, 'entry').map((entry, index) => ({
            key: String(index),
            cells: [
              oneText(entry, 'rule'),
              oneText(entry, 'holds') === 'true' ? t.yes : t.no,
              oneText(entry, 'reason'),
              <span key="filter" className="code">
                {oneText(entry, 'filter')}
              </span>,
              ['hidden', 'masked', 'readonly', 'constraint']
                .flatMap((name) =>
                  named(entry, name).map((part) => `${name}: ${textOf(part) ?? ''}`),
                )
                .join(', '),
            ],
          }))}
        />
        {blocked.length > 0 && (
          <>
            <Title order={2} size="h4">
              {t.explain.blocked}
            </Title>
            <Text>{blocked.map((one) => oneText(one, 'parameter')).join(', ')}</Text>
          </>
        )}
      </Stack>
    </Paper>
  );
}
