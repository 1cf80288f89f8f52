import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

type ReasonDialogProps = {
  opened: boolean;
  title: string;
  /** The question. */
  label: string;
  confirm: string;
  onClose: () => void;
  onReason: (reason: string) => void;
};

/** Asks for one line of why before something that others will want explained. */
export function ReasonDialog({ opened, onClose, title, ...form }: ReasonDialogProps) {
  return (
    <Modal opened={opened} onClose={onClose} title={title} size="sm">
      <ReasonForm {...form} onClose={onClose} />
    </Modal>
  );
}

type ReasonFormProps = Omit<ReasonDialogProps, "opened" | "title"> & { children?: ReactNode };

/** The form inside; a dialog with more to choose gives it as children. */
export function ReasonForm({ label, confirm, onClose, onReason, children }: ReasonFormProps) {
  const { t } = useTranslation("prospects");
  const { t: common } = useTranslation();
  const [reason, setReason] = useState("");
  const [missing, setMissing] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (reason.trim() === "") return setMissing(true);
    onReason(reason.trim());
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="sm">
        {children}
        <TextInput
          label={label}
          data-autofocus
          autoComplete="off"
          maxLength={300}
          value={reason}
          onChange={(event) => {
            setReason(event.currentTarget.value);
            setMissing(false);
          }}
          error={missing && t("reasonMissing")}
        />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {common("action.cancel")}
          </Button>
          <Button type="submit">{confirm}</Button>
        </Group>
      </Stack>
    </form>
  );
}
