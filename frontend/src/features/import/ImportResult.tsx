import { Button } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Import } from "@/shared/api/types";
import { formatCount } from "@/shared/lib/text";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { Section } from "@/shared/ui/Section";
import { Counts } from "./Counts";
import classes from "./Import.module.css";
import { errorFileName } from "./import-columns";
import { useErrorFile } from "./import-queries";

type ImportResultProps = { current: Import; onAnother: () => void };

/** What a file brought, and the rows that stayed out as a file to mend. */
export function ImportResult({ current, onAnother }: ImportResultProps) {
  const { t } = useTranslation("import");
  const navigate = useNavigate();
  const errors = useErrorFile();
  const { held, failed, done, unreachable } = current.progress;
  const stayedOut = held + failed;
  const hint =
    current.state === "cancelled"
      ? t("result.cancelled", { done: formatCount(done), total: formatCount(current.total) })
      : t("result.done", { count: done, shown: formatCount(done) });
  return (
    <Section title={current.name} hint={hint}>
      <Counts progress={current.progress} />
      {unreachable > 0 && (
        <p className={classes.unreachable}>
          {t("result.unreachable", { count: unreachable, shown: formatCount(unreachable) })}
        </p>
      )}
      {stayedOut > 0 && (
        <div className={classes.stayedOut}>
          <p>{t("result.stayedOut", { count: stayedOut, shown: formatCount(stayedOut) })}</p>
          <Button
            variant="default"
            leftSection={<IconDownload size={16} />}
            loading={errors.isPending}
            onClick={() =>
              errors.mutate({ id: current.id, name: errorFileName(current.name, t("result.suffix")) })
            }
          >
            {t("result.download")}
          </Button>
        </div>
      )}
      <ErrorNotice error={errors.error} />
      <div className={classes.actions}>
        <Button variant="default" onClick={onAnother}>
          {t("result.another")}
        </Button>
        <Button onClick={() => void navigate({ to: "/prospectos" })}>{t("result.see")}</Button>
      </div>
    </Section>
  );
}
