import type { OperationOutcome, Resource } from '@medplum/fhirtypes';
import { normalizeOperationOutcome } from '@medplum/core';
import { ResourceForm } from '@medplum/react';
import { type ReactNode, useMemo, useState } from 'react';
import { usePlace } from '../../routing/router.tsx';
import { useConsole } from '../../session/session-context.tsx';
import { useTexts } from '../../texts/texts.tsx';
import { Page } from '../page.tsx';
import { NamedFields } from './named-fields.tsx';

/** Form of a new resource. */
export function NewResourcePage({ type }: { readonly type: string }): ReactNode {
  const { t } = useTexts();
  const { client } = useConsole();
  const { go } = usePlace();
  const [outcome, setOutcome] = useState<OperationOutcome>();
  const empty = useMemo(() => ({ resourceType: type }) as Resource, [type]);
  const submit = (resource: Resource): void => {
    client.createResource(resource).then(
      (created) => go(`/${type}/${created.id}`),
      (error: unknown) => {
        setOutcome(normalizeOperationOutcome(error));
        window.scrollTo(0, 0);
      },
    );
  };
  return (
    <Page title={`${t.resources.newOne}: ${type}`} error={outcome}>
      <NamedFields>
        <ResourceForm defaultValue={empty} onSubmit={submit} outcome={outcome} />
      </NamedFields>
    </Page>
  );
}
