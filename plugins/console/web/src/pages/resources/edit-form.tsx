import { normalizeOperationOutcome } from '@medplum/core';
import type { OperationOutcome, Resource } from '@medplum/fhirtypes';
import { ResourceForm } from '@medplum/react';
import { type ReactNode, useState } from 'react';
import { Failure } from '../../client/outcome.tsx';
import { useTexts } from '../../texts/texts.tsx';
import { NamedFields } from './named-fields.tsx';
import { SavedNote } from './saved-note.tsx';
import { useUpdate } from './use-update.tsx';

interface EditFormProps {
  readonly resource: Resource;
  readonly onSaved: () => void;
}

/** Form of a resource; what the policy hides or keeps has no field. */
export function EditForm({ resource, onSaved }: EditFormProps): ReactNode {
  const { t } = useTexts();
  const update = useUpdate(resource);
  const [outcome, setOutcome] = useState<OperationOutcome>();
  const [saved, setSaved] = useState(false);
  const submit = (changed: Resource): void => {
    setSaved(false);
    update(changed).then(
      () => {
        setOutcome(undefined);
        setSaved(true);
        onSaved();
      },
      (error: unknown) => setOutcome(normalizeOperationOutcome(error)),
    );
  };
  return (
    <>
      <SavedNote text={saved ? t.saved : undefined} />
      <Failure error={outcome} />
      <NamedFields>
        <ResourceForm
          key={resource.meta?.versionId}
          defaultValue={resource}
          onSubmit={submit}
          outcome={outcome}
        />
      </NamedFields>
    </>
  );
}
