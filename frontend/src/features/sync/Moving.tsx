import { Button, Progress } from "@mantine/core";
import { IconTransfer } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/shared/api/client";
import { handoverQuery } from "@/shared/take-over/taking-over";
import { Brand } from "@/shared/ui/Brand";
import { CentredCard } from "@/shared/ui/CentredCard";
import { showError } from "@/shared/ui/undo-toast";
import classes from "./Barrier.module.css";

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);

/** Stands before the program while the office moves to another computer. */
export function Moving({ onAct }: { onAct: () => void }) {
  const { t } = useTranslation("host");
  const { data: handover } = useQuery({ ...handoverQuery, refetchInterval: 1000 });
  const cancel = useMutation({
    mutationFn: () => answer(api.DELETE("/api/handover")),
    onSettled: onAct,
    onError: showError,
  });
  const { sent = 0, bytes = 0, device_name = "…" } = handover ?? {};
  const told =
    bytes === 0
      ? t("moving.preparing")
      : t("moving.part", { sent: megabytes(sent), total: megabytes(bytes) });
  return (
    <CentredCard>
      <Brand />
      <IconTransfer size={32} stroke={1.6} className={classes.mark} aria-hidden />
      <h1 className={classes.title}>{t("moving.title", { name: device_name })}</h1>
      <p className={classes.body}>{t("moving.body")}</p>
      <Progress w="100%" mb="xs" value={(100 * sent) / Math.max(1, bytes)} aria-label={told} />
      <p className={classes.body}>{told}</p>
      <Button variant="default" loading={cancel.isPending} onClick={() => cancel.mutate()}>
        {t("moving.cancel")}
      </Button>
    </CentredCard>
  );
}
