import { Button, Group, Progress, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { AppError } from "@/shared/api/app-error";
import { takeLostFocus } from "@/shared/lib/keyboard";
import { formatCount } from "@/shared/lib/text";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { exportPercent } from "./export-run";
import type { ExportRun } from "./use-export";

/** How far a file is, a way to stop, and what came of it. */
export function ExportProgress({ run, onClose }: { run: ExportRun; onClose: () => void }) {
  const { t } = useTranslation("export");
  const { job } = run;
  if (job === null) return null;
  const percent = exportPercent(job);
  const isOver = ["done", "cancelled", "failed"].includes(job.state);
  const rows = formatCount(job.rows);
  const sentence = {
    waiting: t("running"),
    running: t("running"),
    choosing: t("choosing"),
    done: t("done", { count: job.rows, n: rows }),
    cancelled: t("cancelled"),
    failed: "",
  }[job.state];
  return (
    <Stack gap="md">
      {sentence !== "" && (
        <Text role="status" size="sm">
          {sentence}{" "}
          {job.state === "done" &&
            job.left_out > 0 &&
            t("leftOut", { count: job.left_out, n: formatCount(job.left_out) })}
        </Text>
      )}
      {!isOver && (
        <>
          <Progress.Root size="lg" aria-label={t("progress")}>
            <Progress.Section
              value={percent ?? 100}
              animated={percent === null}
              striped={percent === null}
              aria-label={t("progress")}
            />
          </Progress.Root>
          <Text size="sm" c="dimmed">
            {job.total > 0 ? t("rows", { rows, total: formatCount(job.total) }) : t("rowsSoFar", { rows })}
          </Text>
        </>
      )}
      {job.state === "failed" && <ErrorNotice error={run.error ?? new AppError(job.problem)} />}
      <Group justify="flex-end" gap="xs">
        {isOver ? (
          <>
            {job.state === "failed" && (
              <Button variant="default" onClick={run.reset}>
                {t("again")}
              </Button>
            )}
            <Button
              ref={takeLostFocus}
              onClick={() => {
                run.reset();
                onClose();
              }}
            >
              {t("close")}
            </Button>
          </>
        ) : (
          <Button ref={takeLostFocus} variant="default" onClick={run.stop}>
            {t("stop")}
          </Button>
        )}
      </Group>
    </Stack>
  );
}
