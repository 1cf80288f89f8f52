import { Button, Modal, Select } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/shared/api/client";
import { useSync } from "@/shared/api/sync";
import type { Device } from "@/shared/api/types";
import { handoverQuery } from "@/shared/take-over/taking-over";
import { Section } from "@/shared/ui/Section";
import { showError } from "@/shared/ui/undo-toast";
import classes from "./Devices.module.css";

/** On the host: moves the office to another administrator's computer, where somebody has to accept. */
export function HandOver({ devices }: { devices: Device[] }) {
  const { t } = useTranslation("host");
  const isHost = useSync()?.role === "host";
  const { data: handover } = useQuery({ ...handoverQuery, enabled: isHost });
  const client = useQueryClient();
  const [chosen, setChosen] = useState<string | null>(null);
  const [asking, setAsking] = useState(false);
  const settled = {
    onSettled: () => client.invalidateQueries({ queryKey: ["devices"] }),
    onError: showError,
  };
  const offer = useMutation({
    mutationFn: (id: string) => answer(api.POST("/api/handover", { body: { device_id: id } })),
    ...settled,
  });
  const cancel = useMutation({ mutationFn: () => answer(api.DELETE("/api/handover")), ...settled });
  if (!isHost) return null;
  if (handover?.state === "offered") {
    return (
      <Section
        title={t("give.title")}
        actions={
          <Button variant="default" loading={cancel.isPending} onClick={() => cancel.mutate()}>
            {t("give.cancel")}
          </Button>
        }
      >
        <p className={classes.lead}>
          {t("give.waiting", { name: handover.device_name, person: handover.user_name })}
        </p>
      </Section>
    );
  }
  const fit = devices.filter(
    ({ state, role, connected, is_host }) => state === "active" && role === "admin" && connected && !is_host,
  );
  const next = fit.find(({ id }) => id === chosen) ?? fit[0];
  return (
    <Section title={t("give.title")} hint={t("give.hint")}>
      {next === undefined ? (
        <p className={classes.note}>{t("give.none")}</p>
      ) : (
        <div className={classes.folder}>
          <Select
            className={classes.path}
            label={t("give.to")}
            data={fit.map(({ id, name, user_name }) => ({ value: id, label: `${name} · ${user_name}` }))}
            value={next.id}
            onChange={setChosen}
            allowDeselect={false}
          />
          <Button variant="default" onClick={() => setAsking(true)}>
            {t("give.start")}
          </Button>
          <Modal
            opened={asking}
            onClose={() => setAsking(false)}
            title={t("give.confirmTitle", { name: next.name })}
          >
            <p className={classes.lead}>
              {t("give.confirmWhat", { name: next.name, person: next.user_name })}
            </p>
            <p className={classes.note}>{t("give.confirmThis")}</p>
            <p className={classes.note}>{t("give.confirmMeta")}</p>
            <div className={classes.buttons}>
              <Button variant="default" onClick={() => setAsking(false)} data-autofocus>
                {t("give.cancel")}
              </Button>
              <Button
                loading={offer.isPending}
                onClick={() => offer.mutate(next.id, { onSuccess: () => setAsking(false) })}
              >
                {t("give.confirm")}
              </Button>
            </div>
          </Modal>
        </div>
      )}
    </Section>
  );
}
