import { Button, Group, Modal, Radio, Stack } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useVocabulary } from "@/shared/api/vocabulary";
import facts from "@/shared/ui/fact-column.module.css";

type DiscardDialogProps = { opened: boolean; onClose: () => void; onReason: (reasonId: string) => void };

/** Asks why a prospect is discarded; without a reason nothing happens. */
export function DiscardDialog({ opened, onClose, onReason }: DiscardDialogProps) {
  const { t } = useTranslation("prospects");
  return (
    <Modal opened={opened} onClose={onClose} title={t("discard.title")} size="sm">
      <DiscardForm onClose={onClose} onReason={onReason} />
    </Modal>
  );
}

function DiscardForm({ onClose, onReason }: Omit<DiscardDialogProps, "opened">) {
  const { t } = useTranslation("prospects");
  const { t: common } = useTranslation();
  const reasons = useVocabulary()?.reasons ?? [];
  const [chosen, setChosen] = useState<string | null>(null);
  const [missing, setMissing] = useState(false);
  const opposes = reasons.some(({ id, opposition }) => opposition && id === chosen);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (chosen === null) return setMissing(true);
    onReason(chosen);
  };
  return (
    <form onSubmit={submit}>
      <Radio.Group
        value={chosen}
        onChange={(value) => {
          setChosen(value);
          setMissing(false);
        }}
        label={t("discard.why")}
        error={missing && t("discard.choose")}
      >
        <Stack gap={10} my="sm">
          {reasons.map(({ id, name }, index) => (
            <Radio key={id} value={id} label={name} size="sm" data-autofocus={index === 0 || undefined} />
          ))}
        </Stack>
      </Radio.Group>
      {opposes && <p className={facts.note}>{t("discard.opposition")}</p>}
      <Group justify="flex-end" gap="xs" mt="md">
        <Button variant="default" onClick={onClose}>
          {common("action.cancel")}
        </Button>
        <Button type="submit">{t("discard.confirm")}</Button>
      </Group>
    </form>
  );
}
