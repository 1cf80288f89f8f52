import { Button, Group, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";

/** In a dialog about a prospect that is gone, in place of all that was asked there. */
export function GoneNotice({ error, onClose }: { error: unknown; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Stack gap="sm">
      <ErrorNotice error={error} />
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {t("action.close")}
        </Button>
      </Group>
    </Stack>
  );
}
