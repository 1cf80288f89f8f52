import { Modal, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { HistoryLine } from "@/shared/api/types";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { FormFoot } from "@/shared/ui/FormFoot";
import { fieldError } from "@/shared/ui/fault-sentence";
import { undoable } from "@/shared/ui/undo-toast";
import { restoreValue } from "./history-queries";
import { useHistoryWords } from "./use-history-words";

/** Fields whose going back others will want explained. */
const explained = new Set(["stage_id", "owner_id"]);

type RestoreDialogProps = { line: HistoryLine | null; seen: string; onClose: () => void };

/** Says what will stand again, and asks why where the rules do. */
export function RestoreDialog({ line, seen, onClose }: RestoreDialogProps) {
  const { t } = useTranslation("history");
  return (
    <Modal opened={line !== null} onClose={onClose} title={t("restore.title")} size="sm">
      {line !== null && <Form line={line} seen={seen} onClose={onClose} />}
    </Modal>
  );
}

function Form({ line, seen, onClose }: { line: HistoryLine; seen: string; onClose: () => void }) {
  const { t } = useTranslation("history");
  const { field, value, title } = useHistoryWords();
  const [reason, setReason] = useState("");
  const client = useQueryClient();
  const restore = useMutation({
    mutationFn: () => undoable(() => restoreValue(line, seen, reason.trim()), t("restore.done")),
    onSuccess: onClose,
    // Also after a refusal: what stands now is what the person has to see.
    onSettled: () => client.invalidateQueries({ queryKey: ["prospect"] }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    restore.mutate();
  };
  const changed = line.fields[0];
  const asks = changed !== undefined && explained.has(changed.name);
  const reasonError = fieldError(restore.error, "stage_reason") ?? fieldError(restore.error, "owner_reason");
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="sm">
        <Text size="sm">
          {changed === undefined
            ? title(line)
            : t("restore.explain", {
                field: field(changed.name, line.entity),
                value: value(changed.name, changed.from),
                interpolation: { escapeValue: false },
              })}
        </Text>
        {asks && (
          <TextInput
            label={t("restore.reason")}
            data-autofocus
            autoComplete="off"
            maxLength={300}
            value={reason}
            onChange={({ currentTarget }) => setReason(currentTarget.value)}
            error={reasonError}
          />
        )}
        {reasonError === undefined && <ErrorNotice error={restore.error} />}
        <FormFoot onCancel={onClose} saving={restore.isPending} save={t("restore.confirm")} />
      </Stack>
    </form>
  );
}
