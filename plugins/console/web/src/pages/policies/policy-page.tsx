import { Group, List, Stack, Title } from '@mantine/core';
import type { AccessPolicy, OperationOutcome } from '@medplum/fhirtypes';
import type { ReactNode } from 'react';
import { Failure } from '../../client/outcome.tsx';
import { useLoaded } from '../../client/use-loaded.tsx';
import { useConsole } from '../../session/session-context.tsx';
import { useTexts } from '../../texts/texts.tsx';
import { Grid } from '../grid.tsx';
import { Page } from '../page.tsx';
import { PlaceLink } from '../place-link.tsx';
import { OPERATION } from './policies-page.tsx';

/** One AccessPolicy: what it allows, what the server makes of it, who has it. */
export function PolicyPage({ id }: { readonly id: string }): ReactNode {
  const { t } = useTexts();
  const { client } = useConsole();
  const policy = useLoaded(() => client.readResource('AccessPolicy', id), id);
  const members = useLoaded(
    () =>
      client.searchResources('ProjectMembership', `access-policy=AccessPolicy/${id}&_count=100`),
    id,
  );
  const operations = policy.value?.extension?.filter(({ url }) => url === OPERATION) ?? [];
  return (
    <Page
      title={policy.value?.name ?? id}
      error={policy.error}
      loading={policy.loading}
      reload={policy.reload}
    >
      <Group>
        <PlaceLink to={`/AccessPolicy/${id}/edit`}>{t.resources.edit}</PlaceLink>
        <PlaceLink to={`/AccessPolicy/${id}/json`}>{t.resources.json}</PlaceLink>
        <PlaceLink to={`/AccessPolicy/${id}/history`}>{t.resources.history}</PlaceLink>
        <PlaceLink to="/explain">{t.menu.explain}</PlaceLink>
      </Group>
      {policy.value !== undefined && (
        <>
          <Title order={2} size="h3">
            {t.policies.entries}
          </Title>
          <Entries policy={policy.value} />
          {operations.length > 0 && (
            <>
              <Title order={2} size="h3">
                {t.policies.operations}
              </Title>
              <List>
                {operations.map(({ valueCode }) => (
                  <List.Item key={valueCode}>${valueCode}</List.Item>
                ))}
              </List>
            </>
          )}
          <Check policy={policy.value} />
        </>
      )}
      <Title order={2} size="h3">
        {t.policies.holders}
      </Title>
      <Failure error={members.error} />
      {members.value !== undefined && (
        <Grid
          label={t.policies.holders}
          heads={[t.policies.member, t.members.active]}
          rows={members.value.map(({ id: member, profile, active }) => ({
            key: member,
            cells: [
              <PlaceLink key="member" to={`/ProjectMembership/${member}`}>
                {profile?.reference ?? member}
              </PlaceLink>,
              active === false ? t.no : t.yes,
            ],
          }))}
        />
      )}
    </Page>
  );
}

function Entries({ policy }: { readonly policy: AccessPolicy }): ReactNode {
  const { t } = useTexts();
  return (
    <Grid
      label={t.policies.entries}
      heads={['#', t.resources.type, 'interaction', 'criteria', 'hiddenFields / readonlyFields']}
      rows={(policy.resource ?? []).map((entry, index) => ({
        key: String(index),
        cells: [
          index,
          entry.resourceType,
          entry.interaction?.join(', ') ?? (entry.readonly === true ? 'readonly' : '*'),
          <span key="criteria" className="code">
            {entry.criteria}
          </span>,
          [...(entry.hiddenFields ?? []), ...(entry.readonlyFields ?? [])].join(', '),
        ],
      }))}
    />
  );
}

/** `AccessPolicy/$check`: what holds, what differs, what is refused. */
function Check({ policy }: { readonly policy: AccessPolicy }): ReactNode {
  const { t } = useTexts();
  const { client } = useConsole();
  const loaded = useLoaded(
    async () => {
      const url = client.fhirUrl('AccessPolicy', '$check');
      return await client.post<OperationOutcome>(url, policy);
    },
    `${policy.id ?? ''}/${policy.meta?.versionId ?? ''}`,
  );
  return (
    <Stack gap="xs">
      <Title order={2} size="h3">
        {t.policies.check}
      </Title>
      <p>{t.policies.checkIntro}</p>
      <Failure error={loaded.error} />
      {loaded.value !== undefined && (
        <Grid
          label={t.policies.check}
          heads={[t.policies.state, 'AccessPolicy', '']}
          rows={loaded.value.issue.map(({ severity, expression, details }, index) => ({
            key: String(index),
            cells: [severity, expression?.join(', '), details?.text],
          }))}
        />
      )}
    </Stack>
  );
}
