import { Button, Progress } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Import } from "@/shared/api/types";
import { formatCount } from "@/shared/lib/text";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { Section } from "@/shared/ui/Section";
import { Counts } from "./Counts";
import classes from "./Import.module.css";
import { percentDone } from "./import-columns";
import { useImportCancel } from "./import-queries";

/** A running import: how far, what came of the rows so far, and a way to stop. */
export function ImportProgress({ current }: { current: Import }) {
  const { t } = useTranslation("import");
  const cancel = useImportCancel();
  const percent = percentDone(current);
  return (
    <Section title={current.name} hint={t("progress.hint")}>
      <Progress.Root size="lg" aria-label={t("progress.title")}>
        <Progress.Section value={percent} aria-label={t("progress.title")} />
      </Progress.Root>
      <p className={classes.progressWords}>
        {t("progress.done", {
          done: formatCount(current.progress.done),
          total: formatCount(current.total),
          percent,
        })}
      </p>
      <Counts progress={current.progress} />
      <ErrorNotice error={cancel.error} />
      <div className={classes.actions}>
        <Button variant="default" loading={cancel.isPending} onClick={() => cancel.mutate(current.id)}>
          {t("progress.cancel")}
        </Button>
      </div>
    </Section>
  );
}
