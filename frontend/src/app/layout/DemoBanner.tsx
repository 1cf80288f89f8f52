import { Button } from "@mantine/core";
import { IconFlask } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/shared/api/client";
import { leaveSession } from "@/shared/api/session";
import { showError } from "@/shared/ui/undo-toast";
import classes from "./DemoBanner.module.css";

/** Says quietly that nothing here is real, with the one way out. */
export function DemoBanner() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const leave = useMutation({
    mutationFn: () => answer(api.POST("/api/setup/leave-demo")),
    onSuccess: async () => {
      leaveSession();
      await client.invalidateQueries({ queryKey: ["setup"] });
    },
    onError: showError,
  });
  return (
    <section className={classes.banner} aria-label={t("demo.banner")}>
      <IconFlask size={16} aria-hidden />
      <strong>{t("demo.banner")}</strong>
      <span className={classes.explain}>{t("demo.explain")}</span>
      <Button
        size="compact-sm"
        variant="default"
        className={classes.leave}
        loading={leave.isPending}
        onClick={() => leave.mutate()}
      >
        {t("demo.leave")}
      </Button>
    </section>
  );
}
