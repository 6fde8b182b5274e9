import { Badge, Group, Tabs, Text } from '@mantine/core';
import type { Resource, ResourceType } from '@medplum/fhirtypes';
import { ResourceTable } from '@medplum/react';
import type { ReactNode } from 'react';
import { useLoaded } from '../../client/use-loaded.tsx';
import { usePlace } from '../../routing/router.tsx';
import { useConsole } from '../../session/session-context.tsx';
import { useTexts } from '../../texts/texts.tsx';
import { Page } from '../page.tsx';
import { PlaceLink } from '../place-link.tsx';
import { DeleteButton } from './delete-button.tsx';
import { EditForm } from './edit-form.tsx';
import { HistoryTable } from './history-table.tsx';
import { JsonEditor } from './json-editor.tsx';
import { NamedFields } from './named-fields.tsx';
import { mayDo } from './own-policy.tsx';

interface ResourcePageProps {
  readonly type: string;
  readonly id: string;
  /** Tab, or `_history` and a version, as links of Medplum's components name it. */
  readonly view: readonly string[];
}

/** One resource: table, form, history, JSON. A version of the past is shown as JSON. */
export function ResourcePage({ type, id, view }: ResourcePageProps): ReactNode {
  const { t, when } = useTexts();
  const { client } = useConsole();
  const { go } = usePlace();
  const version = view[0] === '_history' ? view[1] : undefined;
  const { value, error, loading, reload } = useLoaded(
    () =>
      version === undefined
        ? client.readResource(type as ResourceType, id)
        : client.readVersion(type as ResourceType, id, version),
    `${type}/${id}/${version ?? ''}`,
  );
  const policy = client.getAccessPolicy();
  const past = version !== undefined;
  const updates = !past && type !== 'AuditEvent' && mayDo(policy, type, 'update');
  const deletes = !past && type !== 'AuditEvent' && mayDo(policy, type, 'delete');
  const history = type !== 'AuditEvent' && mayDo(policy, type, 'history');
  const tab = past ? 'json' : (view[0] ?? 'details');
  return (
    <Page
      title={`${type}/${id}`}
      error={error}
      loading={loading}
      reload={reload}
      actions={deletes && value !== undefined && <DeleteButton type={type} id={id} />}
    >
      <Group gap="xs">
        <PlaceLink to={`/${type}`}>{type}</PlaceLink>
        {value?.meta?.versionId !== undefined && (
          <Badge variant="default" tt="none">
            {t.resources.version} {value.meta.versionId}
          </Badge>
        )}
        <Text span>{when(value?.meta?.lastUpdated)}</Text>
        {value?.meta?.tag?.some(isRedacted) === true && <Text>{t.resources.hidden}</Text>}
      </Group>
      {value !== undefined && (
        <Tabs
          value={tab}
          onChange={(name) => go(`/${type}/${id}${name === 'details' ? '' : `/${name ?? ''}`}`)}
          keepMounted={false}
        >
          <Tabs.List>
            <Tabs.Tab value="details">{t.resources.details}</Tabs.Tab>
            {updates && <Tabs.Tab value="edit">{t.resources.edit}</Tabs.Tab>}
            {history && <Tabs.Tab value="history">{t.resources.history}</Tabs.Tab>}
            <Tabs.Tab value="json">{t.resources.json}</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="details" pt="md">
            <NamedFields>
              <ResourceTable value={value} ignoreMissingValues forceUseInput />
            </NamedFields>
          </Tabs.Panel>
          <Tabs.Panel value="edit" pt="md">
            <EditForm resource={value} onSaved={reload} />
          </Tabs.Panel>
          <Tabs.Panel value="history" pt="md">
            <HistoryTable type={type} id={id} />
          </Tabs.Panel>
          <Tabs.Panel value="json" pt="md">
            <JsonEditor
              key={value.meta?.versionId}
              resource={value}
              onSaved={reload}
              readOnly={!updates}
            />
          </Tabs.Panel>
        </Tabs>
      )}
    </Page>
  );
}

/** The server marks what is not whole. @see https://terminology.hl7.org/CodeSystem-v3-ObservationValue.html */
function isRedacted({ code }: NonNullable<NonNullable<Resource['meta']>['tag']>[number]): boolean {
  return code === 'REDACTED' || code === 'MASKED';
}
