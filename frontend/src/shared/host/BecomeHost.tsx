import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSync } from "@/shared/api/sync";
import { Section } from "@/shared/ui/Section";
import { TakeOverDialog } from "./TakeOverDialog";

/** On an administrator's member: how this computer becomes the office's host. Draws nothing on the host. */
export function BecomeHost() {
  const { t } = useTranslation("host");
  const status = useSync();
  const [losing, setLosing] = useState(false);
  if (status?.role !== "member") return null;
  return (
    <Section
      title={t("become.title")}
      hint={t("become.hint")}
      actions={
        <Button variant="default" onClick={() => setLosing(true)}>
          {t("become.lost")}
        </Button>
      }
    >
      <TakeOverDialog opened={losing} onClose={() => setLosing(false)} />
    </Section>
  );
}
