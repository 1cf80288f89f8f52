import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/shared/api/client";
import { ReasonDialog } from "@/shared/prospect/ReasonDialog";
import { useProspectChange } from "@/shared/prospect/use-prospect-change";

type LiftOppositionProps = { contact: string; prospect: string };

/** Lets an administrator say why a person may be contacted again. */
export function LiftOpposition({ contact, prospect }: LiftOppositionProps) {
  const { t } = useTranslation("board");
  const { mutate } = useProspectChange(prospect);
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button size="compact-sm" variant="default" onClick={() => setAsking(true)}>
        {t("lift.open")}
      </Button>
      <ReasonDialog
        opened={asking}
        title={t("lift.title")}
        label={t("lift.why")}
        confirm={t("lift.confirm")}
        onClose={() => setAsking(false)}
        onReason={(why) => {
          setAsking(false);
          mutate({
            message: t("lift.done"),
            send: () =>
              answer(
                api.POST("/api/contacts/{id}/opposition/lift", {
                  params: { path: { id: contact } },
                  body: { why },
                }),
              ),
          });
        }}
      />
    </>
  );
}
