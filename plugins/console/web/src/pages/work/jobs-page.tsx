import { Title } from '@mantine/core';
import type { Parameters } from '@medplum/fhirtypes';
import type { ReactNode } from 'react';
import { useLoaded } from '../../client/use-loaded.tsx';
import { useConsole } from '../../session/session-context.tsx';
import { useTexts } from '../../texts/texts.tsx';
import { Grid } from '../grid.tsx';
import { Page } from '../page.tsx';
import { named, oneText } from '../parameters.tsx';

/** The queues, and the jobs that failed for good. */
export function JobsPage(): ReactNode {
  const { t, when } = useTexts();
  const { client } = useConsole();
  const loaded = useLoaded(async () => await client.get<Parameters>(client.fhirUrl('$jobs')), '');
  const { value } = loaded;
  return (
    <Page title={t.jobs.title} intro={t.jobs.intro} {...loaded}>
      {value !== undefined && (
        <>
          <Grid
            label={t.jobs.title}
            heads={[
              t.jobs.queue,
              t.jobs.waiting,
              t.jobs.delayed,
              t.jobs.running,
              t.jobs.failed,
              t.jobs.lag,
            ]}
            rows={named(value, 'queue').map((queue) => ({
              key: oneText(queue, 'name') ?? '',
              cells: ['name', 'waiting', 'delayed', 'running', 'failed', 'lag'].map((part) =>
                oneText(queue, part),
              ),
            }))}
          />
          <Title order={2} size="h3">
            {t.jobs.failures}
          </Title>
          <Grid
            label={t.jobs.failures}
            heads={[t.jobs.job, t.jobs.queue, t.jobs.attempts, t.jobs.since, t.jobs.error]}
            rows={named(value, 'failure').map((failure) => ({
              key: `${oneText(failure, 'queue') ?? ''} ${oneText(failure, 'id') ?? ''}`,
              cells: [
                oneText(failure, 'name'),
                oneText(failure, 'queue'),
                oneText(failure, 'attempts'),
                when(oneText(failure, 'failed')),
                <span key="error" className="code">
                  {oneText(failure, 'error')}
                </span>,
              ],
            }))}
          />
        </>
      )}
    </Page>
  );
}
