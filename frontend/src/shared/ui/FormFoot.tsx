import { Button, Group } from "@mantine/core";
import { useTranslation } from "react-i18next";

type FormFootProps = {
  onCancel: () => void;
  /** The word of the button that sends the form. */
  save: string;
  saving: boolean;
};

/** The two buttons at the end of a form in a dialog: leave it, or send it. */
export function FormFoot({ onCancel, save, saving }: FormFootProps) {
  const { t } = useTranslation();
  return (
    <Group justify="flex-end" gap="xs">
      <Button variant="default" onClick={onCancel}>
        {t("action.cancel")}
      </Button>
      <Button type="submit" loading={saving}>
        {save}
      </Button>
    </Group>
  );
}
