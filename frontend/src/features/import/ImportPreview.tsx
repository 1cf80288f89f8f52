import { Button, Radio, Select } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Import, ImportColumn } from "@/shared/api/types";
import { formatCount, markAccents } from "@/shared/lib/text";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { Section } from "@/shared/ui/Section";
import classes from "./Import.module.css";
import { canReach, clashingColumns, groupNames, targetGroups } from "./import-columns";
import { useImportChange, useImportRun, useSellers } from "./import-queries";

type ImportPreviewProps = { current: Import; onAnother: () => void };

/** How the file was read and what each column is taken for, before a single row goes in. */
export function ImportPreview({ current, onAnother }: ImportPreviewProps) {
  const { t } = useTranslation("import");
  const change = useImportChange();
  const run = useImportRun();
  const clashing = clashingColumns(current.columns);
  const reach = canReach(current.columns);
  const map = (index: number, target: string) =>
    change.mutate({ id: current.id, columns: { [String(index)]: target } });
  return (
    <>
      <Section
        title={current.name}
        hint={<FileFacts current={current} />}
        actions={
          <>
            <Button variant="default" onClick={onAnother}>
              {t("preview.another")}
            </Button>
            <Button
              loading={run.isPending}
              disabled={!reach || clashing.size > 0 || change.isPending || current.ask !== ""}
              onClick={() => run.mutate(current.id)}
            >
              {t("preview.run", { count: current.total, shown: formatCount(current.total) })}
            </Button>
          </>
        }
      >
        <p className={classes.quiet}>{t("preview.accents")}</p>
        <div className={classes.faults}>
          <ErrorNotice error={change.error ?? run.error} />
        </div>
      </Section>
      {current.ask !== "" && (
        <DateQuestion
          value={current.day_first}
          onChange={(day_first) => change.mutate({ id: current.id, day_first })}
        />
      )}
      <SellerChoice
        value={current.owner_id}
        onChange={(owner_id) => change.mutate({ id: current.id, owner_id })}
      />
      <Section title={t("preview.columns")} hint={t("preview.columnsHint")}>
        <PreviewTable current={current} clashing={clashing} onMap={map} />
        {clashing.size > 0 && (
          <p className={classes.warning} role="status">
            {t("preview.clash")}
          </p>
        )}
        {!reach && (
          <p className={classes.warning} role="status">
            {t("preview.noReach")}
          </p>
        )}
      </Section>
    </>
  );
}

const separators: Record<string, "tab" | "comma" | "semicolon" | "bar"> = {
  "\t": "tab",
  ",": "comma",
  ";": "semicolon",
  "|": "bar",
};

/** Encoding, separator, sheet and origin in one line. */
function FileFacts({ current }: { current: Import }) {
  const { t } = useTranslation("import");
  const separator = separators[current.separator];
  const facts = [
    t(current.source === "leads" ? "facts.fromMeta" : "facts.fromElsewhere"),
    t("facts.rows", { count: current.total, shown: formatCount(current.total) }),
    current.encoding === "xlsx"
      ? t("facts.workbook", { sheet: current.sheet })
      : current.encoding.toUpperCase(),
    separator === undefined ? undefined : t(`facts.${separator}`),
  ];
  return <>{facts.filter((fact) => fact !== undefined).join(" · ")}</>;
}

type DateQuestionProps = { value: boolean | null; onChange: (dayFirst: boolean) => void };

/** Asked when every date of the file reads both ways; the program refuses to guess. */
function DateQuestion({ value, onChange }: DateQuestionProps) {
  const { t } = useTranslation("import");
  return (
    <Section title={t("dates.title")} hint={t("dates.hint")}>
      <Radio.Group
        aria-label={t("dates.title")}
        value={value === null ? "" : String(value)}
        onChange={(chosen) => onChange(chosen === "true")}
      >
        <div className={classes.radios}>
          <Radio value="true" label={t("dates.dayFirst")} />
          <Radio value="false" label={t("dates.monthFirst")} />
        </div>
      </Radio.Group>
    </Section>
  );
}

type SellerChoiceProps = { value: string; onChange: (owner: string) => void };

/** By turn, as leads are shared out, or all to one seller. */
function SellerChoice({ value, onChange }: SellerChoiceProps) {
  const { t } = useTranslation("import");
  const sellers = useSellers();
  return (
    <Section title={t("sellers.title")} hint={t("sellers.hint")}>
      <Select
        className={classes.seller ?? ""}
        aria-label={t("sellers.title")}
        description={t(value === "" ? "sellers.byTurnHint" : "sellers.fixedHint")}
        inputWrapperOrder={["label", "input", "description", "error"]}
        allowDeselect={false}
        data={[
          { value: "", label: t("sellers.byTurn") },
          ...sellers.map(({ id, name }) => ({ value: id, label: name })),
        ]}
        value={value}
        onChange={(owner) => owner !== null && onChange(owner)}
      />
    </Section>
  );
}

type PreviewTableProps = {
  current: Import;
  clashing: Set<number>;
  onMap: (index: number, target: string) => void;
};

/** The first ten rows under what each column is taken for; letters outside ASCII are marked. */
function PreviewTable({ current, clashing, onMap }: PreviewTableProps) {
  return (
    <div className={classes.scroll}>
      <table className={classes.preview}>
        <thead>
          <tr>
            {current.columns.map((column) => (
              <th key={column.index} scope="col" data-ignored={column.target === "ignore"}>
                <span className={classes.header}>{column.header}</span>
                <TargetSelect
                  column={column}
                  clashes={clashing.has(column.index)}
                  onChange={(target) => onMap(column.index, target)}
                />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {current.preview.map((cells, row) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows of a file have no other name and never move
            <tr key={row}>
              {current.columns.map(({ index, target }) => (
                <td key={index} data-ignored={target === "ignore"}>
                  <Marked text={cells[index] ?? ""} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

type TargetSelectProps = { column: ImportColumn; clashes: boolean; onChange: (target: string) => void };

function TargetSelect({ column, clashes, onChange }: TargetSelectProps) {
  const { t } = useTranslation("import");
  return (
    <Select
      size="xs"
      aria-label={t("preview.targetOf", { header: column.header })}
      allowDeselect={false}
      error={clashes}
      comboboxProps={{ width: 240, position: "bottom-start" }}
      data={groupNames.map((group) => ({
        group: t(`group.${group}`),
        items: targetGroups[group].map((target) => ({ value: target, label: t(`target.${target}`) })),
      }))}
      value={column.target}
      onChange={(value) => value !== null && onChange(value)}
    />
  );
}

function Marked({ text }: { text: string }) {
  return (
    <>
      {markAccents(text).map(({ text: run, marked }, at) =>
        marked ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text, in its order
          <mark key={at} className={classes.accent}>
            {run}
          </mark>
        ) : (
          run
        ),
      )}
    </>
  );
}
