import { Button, Group, Modal, Radio, Stack, TextInput } from "@mantine/core";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

/** Why prospects change hands, as offices say it; the last one has to be written. */
const reasons = ["late", "away", "load", "fit", "asked", "mistake", "other"] as const;
type Reason = (typeof reasons)[number];

type ReassignDialogProps = {
  opened: boolean;
  title: string;
  /** What else there is to say before it is done. */
  children?: ReactNode;
  onClose: () => void;
  /** The reason as the history and both sellers will read it. */
  onReason: (reason: string) => void;
};

/** Asks why a prospect changes hands: one of a short list, and a word more if one likes. */
export function ReassignDialog({ opened, onClose, title, ...form }: ReassignDialogProps) {
  return (
    <Modal opened={opened} onClose={onClose} title={title} size="sm">
      <ReassignForm {...form} onClose={onClose} />
    </Modal>
  );
}

/** The form inside, for a dialog that has asked for the seller first. */
export function ReassignForm({ children, onClose, onReason }: Omit<ReassignDialogProps, "opened" | "title">) {
  const { t } = useTranslation("prospects");
  const { t: common } = useTranslation();
  const [chosen, setChosen] = useState<Reason | null>(null);
  const [more, setMore] = useState("");
  const [tried, setTried] = useState(false);
  const isOther = chosen === "other";
  const lacksWords = isOther && more.trim() === "";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (chosen === null || lacksWords) return;
    const words = isOther ? [more.trim()] : [t(`seller.reason.${chosen}`), more.trim()];
    onReason(words.filter(Boolean).join(": "));
  };
  return (
    <form onSubmit={submit} noValidate>
      {children}
      <Radio.Group
        value={chosen}
        onChange={(value) => setChosen(value as Reason)}
        label={t("seller.why")}
        description={t("seller.whyHint")}
        error={tried && chosen === null && t("seller.choose")}
      >
        <Stack gap={10} my="sm">
          {reasons.map((reason, index) => (
            <Radio
              key={reason}
              value={reason}
              label={t(`seller.reason.${reason}`)}
              size="sm"
              data-autofocus={index === 0 || undefined}
            />
          ))}
        </Stack>
      </Radio.Group>
      <TextInput
        label={t(isOther ? "seller.moreOther" : "seller.more")}
        autoComplete="off"
        maxLength={300}
        value={more}
        onChange={(event) => setMore(event.currentTarget.value)}
        error={tried && lacksWords && t("reasonMissing")}
      />
      <Group justify="flex-end" gap="xs" mt="md">
        <Button variant="default" onClick={onClose}>
          {common("action.cancel")}
        </Button>
        <Button type="submit">{t("seller.confirm")}</Button>
      </Group>
    </form>
  );
}
