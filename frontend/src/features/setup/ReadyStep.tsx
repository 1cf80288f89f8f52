import { Button } from "@mantine/core";
import { IconBrandMeta, IconCircleCheck } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import classes from "./Setup.module.css";

type ReadyStepProps = { office: string; onMeta: () => void; onLater: () => void };

/** The office exists; leads come once Meta is connected, now or later. */
export function ReadyStep({ office, onMeta, onLater }: ReadyStepProps) {
  const { t } = useTranslation("setup");
  return (
    <>
      <IconCircleCheck size={32} stroke={1.6} className={classes.done} aria-hidden />
      <h1 className={classes.title}>{t("ready.title", { office })}</h1>
      <p className={classes.why}>{t("ready.why")}</p>
      <ul className={classes.needs}>
        <li>{t("ready.app")}</li>
        <li>{t("ready.token")}</li>
        <li>{t("ready.page")}</li>
      </ul>
      <div className={classes.actions}>
        <Button variant="default" onClick={onLater}>
          {t("ready.later")}
        </Button>
        <Button leftSection={<IconBrandMeta size={18} />} onClick={onMeta} autoFocus>
          {t("ready.meta")}
        </Button>
      </div>
    </>
  );
}
