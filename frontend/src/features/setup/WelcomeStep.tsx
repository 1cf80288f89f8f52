import { Button } from "@mantine/core";
import { IconAlertTriangle, IconDeviceDesktop, IconFlask, IconLock } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import classes from "./Setup.module.css";

type WelcomeStepProps = {
  keyring: boolean;
  onStart: () => void;
  onDemo: () => void;
  onJoin: () => void;
  onRestore: () => void;
  demoPending: boolean;
  demoFault: unknown;
};

/** What this is, where the data stay, and the choice between an office and the demonstration. */
export function WelcomeStep({
  keyring,
  onStart,
  onDemo,
  onJoin,
  onRestore,
  demoPending,
  demoFault,
}: WelcomeStepProps) {
  const { t } = useTranslation("setup");
  return (
    <>
      <h1 className={classes.title}>{t("welcome.title")}</h1>
      <p className={classes.why}>{t("welcome.why")}</p>
      <ul className={classes.facts}>
        <li>
          <IconDeviceDesktop size={18} stroke={1.6} aria-hidden />
          {t("welcome.here")}
        </li>
        <li>
          <IconLock size={18} stroke={1.6} aria-hidden />
          {t("welcome.sealed")}
        </li>
        <li>
          <IconFlask size={18} stroke={1.6} aria-hidden />
          {t("welcome.tryIt")}
        </li>
      </ul>
      {!keyring && (
        <p className={classes.warning} role="status">
          <IconAlertTriangle size={16} aria-hidden />
          {t("welcome.noKeyring")}
        </p>
      )}
      <ErrorNotice error={demoFault} />
      <div className={classes.actions}>
        <Button variant="default" onClick={onDemo} loading={demoPending}>
          {t("welcome.demo")}
        </Button>
        <Button onClick={onStart} autoFocus>
          {t("welcome.start")}
        </Button>
      </div>
      <div className={classes.others}>
        <Button variant="subtle" size="compact-md" onClick={onJoin}>
          {t("welcome.join")}
        </Button>
        <Button variant="subtle" size="compact-md" color="gray" onClick={onRestore}>
          {t("welcome.restore")}
        </Button>
      </div>
    </>
  );
}
