import { Modal } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { BackupForm } from "./BackupForm";
import classes from "./TakeOver.module.css";
import { watchTakeOver } from "./taking-over";

type TakeOverDialogProps = { opened: boolean; onClose: () => void };

/** Makes this member the office's host: the host is gone, and there are a backup and the recovery code. */
export function TakeOverDialog({ opened, onClose }: TakeOverDialogProps) {
  const { t } = useTranslation("host");
  const { t: common } = useTranslation();
  return (
    <Modal opened={opened} onClose={onClose} title={t("lost.title")} size="lg">
      <BackupForm
        start={t("lost.start")}
        leave={common("action.cancel")}
        onLeave={onClose}
        onBegun={() => watchTakeOver(true)}
      >
        <p className={classes.lead}>{t("lost.when")}</p>
        <ul className={classes.facts}>
          <li>{t("lost.kept")}</li>
          <li>{t("lost.others")}</li>
          <li>{t("lost.old")}</li>
        </ul>
      </BackupForm>
    </Modal>
  );
}
