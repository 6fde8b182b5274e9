import { Button } from '@mantine/core';
import { formatSearchQuery, parseSearchRequest } from '@medplum/core';
import type { ResourceType } from '@medplum/fhirtypes';
import { SearchControl } from '@medplum/react';
import { type ReactNode, useMemo } from 'react';
import { useConsole } from '../../session/session-context.tsx';
import { usePlace } from '../../routing/router.tsx';
import { useTexts } from '../../texts/texts.tsx';
import { Page } from '../page.tsx';
import { mayDo } from './own-policy.tsx';

const COUNT = 20;

/** Search of one type; the search stands in the address bar, so that it can be kept and sent. */
export function SearchPage({ type }: { readonly type: string }): ReactNode {
  const { t } = useTexts();
  const { client } = useConsole();
  const { query, go } = usePlace();
  const text = query.toString();
  const search = useMemo(() => {
    const asked = parseSearchRequest(`${type}?${text}`);
    return {
      ...asked,
      resourceType: type as ResourceType,
      count: asked.count ?? COUNT,
      fields: asked.fields ?? FIELDS[type] ?? ['id', '_lastUpdated'],
      sortRules: asked.sortRules ?? [{ code: '_lastUpdated', descending: true }],
    };
  }, [type, text]);
  const creates = mayDo(client.getAccessPolicy(), type, 'create') && type !== 'AuditEvent';
  return (
    <Page
      title={type}
      actions={creates && <Button onClick={() => go(`/${type}/new`)}>{t.resources.newOne}</Button>}
    >
      <SearchControl
        search={search}
        onClick={({ resource }) => go(`/${resource.resourceType}/${resource.id ?? ''}`)}
        onAuxClick={({ resource }) =>
          window.open(
            `/console/${resource.resourceType}/${resource.id ?? ''}`,
            '_blank',
            'noopener',
          )
        }
        onChange={({ definition }) => go(`/${type}${formatSearchQuery(definition)}`)}
      />
    </Page>
  );
}

/** Columns at first, where there is something better than id and time. */
const FIELDS: Readonly<Record<string, string[]>> = {
  AccessPolicy: ['id', 'name', '_lastUpdated'],
  Bot: ['id', 'name', '_lastUpdated'],
  ClientApplication: ['id', 'name', '_lastUpdated'],
  Observation: ['id', 'code', 'subject', 'status', '_lastUpdated'],
  Organization: ['id', 'name', '_lastUpdated'],
  Patient: ['id', 'name', 'birthDate', '_lastUpdated'],
  Practitioner: ['id', 'name', '_lastUpdated'],
  ProjectMembership: ['id', 'profile', '_lastUpdated'],
  Subscription: ['id', 'status', 'criteria', '_lastUpdated'],
};
