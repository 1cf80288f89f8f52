import { Button, TextInput } from "@mantine/core";
import { IconDatabaseExport } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { currentLanguage } from "@/locales/i18n";
import { fullDate } from "@/shared/lib/dates";
import { EmptyState } from "@/shared/ui/EmptyState";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { faultSentence, fieldError } from "@/shared/ui/fault-sentence";
import { Section } from "@/shared/ui/Section";
import table from "@/shared/ui/table.module.css";
import { showDone, showError } from "@/shared/ui/undo-toast";
import classes from "./Devices.module.css";
import { backupsQuery, useBackup } from "./device-queries";
import { RecoveryCode } from "./RecoveryCode";

/** What there is for the day on which the host is gone: sealed backups, and a copy in another place. */
export function BackupSettings() {
  const { t } = useTranslation("devices");
  const backups = useQuery(backupsQuery);
  const { now, folder } = useBackup();
  const kept = backups.data?.folder ?? "";
  const [path, setPath] = useState(kept);
  useEffect(() => setPath(kept), [kept]);
  if (backups.data === undefined) {
    return <ErrorNotice error={backups.error} onRetry={() => void backups.refetch()} />;
  }
  const { prepared, backups: list, last_problem } = backups.data;
  return (
    <>
      {!prepared && <RecoveryCode />}
      <Section
        title={t("backup.title")}
        hint={t("backup.hint")}
        actions={
          <Button
            leftSection={<IconDatabaseExport size={16} />}
            disabled={!prepared}
            loading={now.isPending}
            onClick={() =>
              now.mutate(undefined, { onSuccess: () => showDone(t("backup.made")), onError: showError })
            }
          >
            {t("backup.now")}
          </Button>
        }
      >
        {last_problem !== "" && <p className={classes.bad}>{faultSentence(last_problem)}</p>}
        {list.length === 0 ? (
          <EmptyState title={t(prepared ? "backup.none" : "backup.codeFirst")} />
        ) : (
          <table className={table.table}>
            <thead>
              <tr>
                <th scope="col">{t("backup.at")}</th>
                <th scope="col">{t("backup.size")}</th>
                <th scope="col">{t("backup.copied")}</th>
              </tr>
            </thead>
            <tbody>
              {list.map(({ name, at, bytes, copied }) => (
                <tr key={name}>
                  <td className={table.strong}>{fullDate(new Date(at), currentLanguage(), true)}</td>
                  <td>{t("backup.megabytes", { size: (bytes / 1e6).toFixed(1) })}</td>
                  <td>{t(copied ? "backup.yes" : "backup.no")}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Section>
      <Section title={t("folder.title")} hint={t("folder.hint")}>
        <form
          className={classes.folder}
          onSubmit={(event) => {
            event.preventDefault();
            folder.mutate(path.trim(), { onSuccess: () => showDone(t("folder.kept")) });
          }}
        >
          <TextInput
            className={classes.path}
            label={t("folder.path")}
            placeholder={t("folder.example")}
            spellCheck={false}
            value={path}
            onChange={({ currentTarget }) => setPath(currentTarget.value)}
            error={
              fieldError(folder.error, "path") ??
              (folder.error === null ? undefined : faultSentence("recovery.folder_missing"))
            }
          />
          <Button type="submit" variant="default" disabled={path.trim() === kept} loading={folder.isPending}>
            {t("folder.save")}
          </Button>
        </form>
      </Section>
    </>
  );
}
