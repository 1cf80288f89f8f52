import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { isGone } from "@/shared/prospect/use-prospect";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { NotHere } from "@/shared/ui/NotHere";
import classes from "./ProspectList.module.css";
import { UnsavedNote } from "./UnsavedNote";

type NoProspectProps = { id: string; error: unknown; onRetry: () => void };

/** In place of a prospect that cannot be shown: one that is gone or another's, or a fault worth a second try. */
export function NoProspect({ id, error, onRetry }: NoProspectProps) {
  const { t } = useTranslation("prospects");
  if (error === null) return null;
  if (!isGone(error)) {
    return (
      <div className={classes.fault}>
        <ErrorNotice error={error} onRetry={onRetry} />
      </div>
    );
  }
  return (
    <>
      <NotHere
        error={error}
        action={
          <Button variant="default" renderRoot={(props) => <Link to="/prospectos" {...props} />}>
            {t("back.toList")}
          </Button>
        }
      />
      <UnsavedNote prospectId={id} />
    </>
  );
}
