import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/shared/api/client";
import { useSync } from "@/shared/api/sync";
import { Section } from "@/shared/ui/Section";
import { showError } from "@/shared/ui/undo-toast";
import { TakeOverDialog } from "./TakeOverDialog";
import { handoverQuery, watchTakeOver } from "./taking-over";

/** On an administrator's member: how this computer becomes the office's host. Draws nothing on the host. */
export function BecomeHost() {
  const { t } = useTranslation("host");
  const status = useSync();
  const isMember = status?.role === "member";
  const { data: handover } = useQuery({ ...handoverQuery, enabled: isMember });
  const [losing, setLosing] = useState(false);
  if (!isMember) return null;
  if (handover?.state === "offered" && handover.device_id === status.device_id) {
    return <TakeOffered by={handover.by_name} />;
  }
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

/** The host has chosen this computer. */
function TakeOffered({ by }: { by: string }) {
  const { t } = useTranslation("host");
  const client = useQueryClient();
  const take = useMutation({
    mutationFn: () => answer(api.POST("/api/handover/take")),
    onSuccess: (state) => {
      client.setQueryData(["setup", "restore"], state);
      watchTakeOver(true);
    },
    onError: showError,
  });
  return (
    <Section
      title={t("take.title")}
      hint={by === "" ? t("take.hintNobody") : t("take.hint", { by })}
      actions={
        <Button loading={take.isPending} onClick={() => take.mutate()}>
          {t("take.start")}
        </Button>
      }
    />
  );
}
