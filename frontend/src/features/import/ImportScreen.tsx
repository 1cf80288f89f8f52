import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { PageHeader } from "@/shared/ui/PageHeader";
import { FileChoice } from "./FileChoice";
import classes from "./Import.module.css";
import { ImportPreview } from "./ImportPreview";
import { ImportProgress } from "./ImportProgress";
import { ImportResult } from "./ImportResult";
import { importQuery } from "./import-queries";

/** A file of leads or contacts, from choosing it to its result. The address names the import. */
export function ImportScreen() {
  const { t } = useTranslation("import");
  const { archivo } = useSearch({ from: "/importar" });
  const navigate = useNavigate();
  const open = (id?: string) =>
    void navigate({ to: "/importar", search: id === undefined ? {} : { archivo: id } });
  return (
    <>
      <PageHeader title={t("title")} />
      <div className={classes.body}>
        {archivo === undefined ? (
          <FileChoice onOpen={open} />
        ) : (
          <OneImport id={archivo} onAnother={() => open()} />
        )}
      </div>
    </>
  );
}

function OneImport({ id, onAnother }: { id: string; onAnother: () => void }) {
  const current = useQuery(importQuery(id));
  if (current.error !== null) {
    return <ErrorNotice error={current.error} onRetry={() => void current.refetch()} />;
  }
  if (current.data === undefined) return null;
  switch (current.data.state) {
    case "preview":
      return <ImportPreview current={current.data} onAnother={onAnother} />;
    case "running":
      return <ImportProgress current={current.data} />;
    default:
      return <ImportResult current={current.data} onAnother={onAnother} />;
  }
}
