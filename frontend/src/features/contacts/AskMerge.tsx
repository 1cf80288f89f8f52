import { Button, Group, Modal, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/shared/api/client";
import { fieldError } from "@/shared/ui/fault-sentence";
import { useContactChange } from "./use-contact-change";

type AskMergeProps = { opened: boolean; onClose: () => void; contacts: string[] };

/** A seller's request: which of their own, and what somebody else in the office has too. */
export function AskMerge({ opened, onClose, contacts }: AskMergeProps) {
  const { t } = useTranslation("contacts");
  const [reach, setReach] = useState("");
  const [note, setNote] = useState("");
  const [fault, setFault] = useState<unknown>(null);
  const { mutate, isPending } = useContactChange();
  const close = () => {
    setReach("");
    setNote("");
    setFault(null);
    onClose();
  };
  const send = (event: FormEvent) => {
    event.preventDefault();
    mutate(
      {
        message: t("ask.sent"),
        send: () => answer(api.POST("/api/merges/ask", { body: { contacts, reach, note } })),
        done: close,
      },
      { onError: setFault },
    );
  };
  return (
    <Modal opened={opened} onClose={close} title={t("ask.title")}>
      <form onSubmit={send}>
        <p>{t("ask.hint")}</p>
        <TextInput
          label={t("ask.reach")}
          description={t("ask.reachHint")}
          value={reach}
          maxLength={500}
          required={contacts.length < 2}
          error={fieldError(fault, "reach")}
          onChange={({ currentTarget }) => setReach(currentTarget.value)}
          data-autofocus
        />
        <Textarea
          label={t("ask.note")}
          value={note}
          maxLength={500}
          autosize
          minRows={2}
          mt="sm"
          error={fieldError(fault, "note")}
          onChange={({ currentTarget }) => setNote(currentTarget.value)}
        />
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={close}>
            {t("ask.cancel")}
          </Button>
          <Button type="submit" loading={isPending}>
            {t("ask.send")}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
