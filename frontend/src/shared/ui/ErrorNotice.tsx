import { Button } from "@mantine/core";
import { IconAlertCircle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { toAppError } from "@/shared/api/app-error";
import classes from "./ErrorNotice.module.css";
import { errorSentence } from "./fault-sentence";

type ErrorNoticeProps = {
  /** Anything thrown; `null` and `undefined` draw nothing. */
  error: unknown;
  /** Adds a "Reintentar" button. */
  onRetry?: () => void;
};

/** A fault in words, read out as it appears. */
export function ErrorNotice({ error, onRetry }: ErrorNoticeProps) {
  const { t } = useTranslation();
  if (error === null || error === undefined) return null;
  const { trace } = toAppError(error);
  return (
    <div className={classes.notice} role="alert">
      <IconAlertCircle size={16} className={classes.icon} aria-hidden />
      <span className={classes.text}>
        {errorSentence(error)}
        {trace !== "" && <span className={classes.trace}> {t("error.trace", { trace })}</span>}
      </span>
      {onRetry !== undefined && (
        <Button size="compact-sm" variant="default" onClick={onRetry}>
          {t("action.retry")}
        </Button>
      )}
    </div>
  );
}
