import { Stack } from "@mantine/core";
import type { FormEvent, ReactNode } from "react";
import { ErrorNotice } from "./ErrorNotice";
import { FormFoot } from "./FormFoot";
import { isElsewhere } from "./fault-sentence";

type EditFormProps = {
  onSubmit: (event: FormEvent<HTMLFormElement>) => void;
  onCancel: () => void;
  /** The word of the button that sends it. */
  save: string;
  saving: boolean;
  error: unknown;
  /** The fields that say themselves what is wrong with them; any other fault stands at the end. */
  fields: readonly string[];
  children: ReactNode;
};

/** The form of an EditDialog: fields one below the other, what went wrong, and the two buttons. */
export function EditForm({ onSubmit, onCancel, save, saving, error, fields, children }: EditFormProps) {
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit(event);
      }}
      noValidate
    >
      <Stack gap="sm">
        {children}
        {isElsewhere(error, fields) && <ErrorNotice error={error} />}
        <FormFoot onCancel={onCancel} saving={saving} save={save} />
      </Stack>
    </form>
  );
}
