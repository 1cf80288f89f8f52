import { Button, VisuallyHidden } from "@mantine/core";
import { IconFileSpreadsheet } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { type DragEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Import } from "@/shared/api/types";
import type { PickedFile } from "@/shared/host/host";
import { pickFile, readFile } from "@/shared/host/pick-file";
import { formatCount } from "@/shared/lib/text";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { RelativeDate } from "@/shared/ui/RelativeDate";
import { Section } from "@/shared/ui/Section";
import table from "@/shared/ui/table.module.css";
import classes from "./Import.module.css";
import { importsQuery, useUpload } from "./import-queries";

const accept = ".csv,.tsv,.txt,.xlsx";

/** Where a file is dropped or chosen, and the imports made before. */
export function FileChoice({ onOpen }: { onOpen: (id: string) => void }) {
  const { t } = useTranslation("import");
  const [over, setOver] = useState(false);
  const upload = useUpload();
  const send = (file: PickedFile | null) => {
    if (file !== null) upload.mutate(file, { onSuccess: ({ id }) => onOpen(id) });
  };
  const drop = async (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (file !== undefined) send(await readFile(file));
  };
  return (
    <>
      <section
        className={classes.drop}
        data-over={over}
        aria-label={t("choose.title")}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => void drop(event)}
      >
        <IconFileSpreadsheet size={32} stroke={1.4} aria-hidden className={classes.dropIcon} />
        <p className={classes.dropTitle}>{t("choose.title")}</p>
        <p className={classes.quiet}>{t("choose.hint")}</p>
        <Button mt="sm" loading={upload.isPending} onClick={() => void pickFile(accept).then(send)}>
          {t("choose.pick")}
        </Button>
      </section>
      <ErrorNotice error={upload.error} />
      <Earlier onOpen={onOpen} />
    </>
  );
}

function Earlier({ onOpen }: { onOpen: (id: string) => void }) {
  const { t } = useTranslation("import");
  const imports = useQuery(importsQuery);
  if (imports.data === undefined || imports.data.length === 0) return null;
  return (
    <Section title={t("earlier.title")}>
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col">{t("earlier.file")}</th>
            <th scope="col">{t("earlier.when")}</th>
            <th scope="col">{t("earlier.state")}</th>
            <th scope="col" className={table.end}>
              {t("earlier.rows")}
            </th>
            <th scope="col">
              <VisuallyHidden>{t("earlier.open")}</VisuallyHidden>
            </th>
          </tr>
        </thead>
        <tbody>
          {imports.data.map((one) => (
            <EarlierRow key={one.id} one={one} onOpen={onOpen} />
          ))}
        </tbody>
      </table>
    </Section>
  );
}

const stateWords = {
  preview: "state.preview",
  running: "state.running",
  done: "state.done",
  cancelled: "state.cancelled",
} as const;

function EarlierRow({ one, onOpen }: { one: Import; onOpen: (id: string) => void }) {
  const { t } = useTranslation("import");
  const word = stateWords[one.state as keyof typeof stateWords] ?? "state.done";
  return (
    <tr>
      <td className={table.strong}>{one.name}</td>
      <td>
        <RelativeDate at={one.created_at} />
      </td>
      <td>{t(word)}</td>
      <td className={table.end}>{formatCount(one.total)}</td>
      <td className={table.end}>
        <Button
          size="compact-sm"
          variant="subtle"
          onClick={() => onOpen(one.id)}
          aria-label={t("earlier.openOne", { name: one.name })}
        >
          {t("earlier.open")}
        </Button>
      </td>
    </tr>
  );
}
