import {
  Button,
  Checkbox,
  Group,
  Modal,
  SegmentedControl,
  Select,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { takeLostFocus } from "@/shared/lib/keyboard";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { fieldError } from "@/shared/ui/fault-sentence";
import classes from "./Export.module.css";
import { ExportProgress } from "./ExportProgress";
import { type ExportAsk, type ExportList, exportName } from "./export-run";
import { useExport } from "./use-export";
import { useExportColumns } from "./use-export-columns";

type ExportDialogProps = {
  opened: boolean;
  onClose: () => void;
  list: ExportList;
  filter: Record<string, string>;
  chosen?: readonly string[];
};

const separators = { comma: ",", semicolon: ";", tab: "\t" } as const;

/** Asks as what and why, then shows how far the file is. */
export function ExportDialog({ opened, onClose, list, ...form }: ExportDialogProps) {
  const { t } = useTranslation("export");
  return (
    <Modal opened={opened} onClose={onClose} title={t(`title.${list}`)} size="lg" closeOnClickOutside={false}>
      <Exporting list={list} onClose={onClose} {...form} />
    </Modal>
  );
}

function Exporting({ list, filter, chosen, onClose }: Omit<ExportDialogProps, "opened">) {
  const { t } = useTranslation("export");
  const { t: common } = useTranslation();
  const run = useExport();
  const columns = useExportColumns(list);
  const formLabel = useId();
  const [form, setForm] = useState<"csv" | "xlsx">("xlsx");
  const [separator, setSeparator] = useState<keyof typeof separators>("comma");
  const [reason, setReason] = useState("");
  const [keys, setKeys] = useState<readonly string[]>(
    () =>
      chosen?.filter((key) => columns.some((column) => column.key === key)) ?? columns.map(({ key }) => key),
  );
  if (run.job !== null) return <ExportProgress run={run} onClose={onClose} />;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const ask: ExportAsk = {
      list,
      form,
      separator: form === "csv" ? separators[separator] : "",
      reason: reason.trim(),
      columns: columns.filter(({ key }) => keys.includes(key)),
      filter,
    };
    run.start(ask, exportName(t(`file.${list}`), form, new Date()));
  };
  const reasonError = fieldError(run.error, "reason");
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <Text size="sm" c="dimmed">
          {t("explain")}
        </Text>
        <Group gap="md" align="flex-end">
          <div>
            <Text component="span" id={formLabel} size="sm" fw={500} display="block" mb={4}>
              {t("form")}
            </Text>
            <SegmentedControl
              aria-labelledby={formLabel}
              data={(["xlsx", "csv"] as const).map((value) => ({ value, label: t(`forms.${value}`) }))}
              value={form}
              onChange={(value) => setForm(value === "csv" ? "csv" : "xlsx")}
            />
          </div>
          {form === "csv" && (
            <Select
              label={t("separator")}
              allowDeselect={false}
              data={(["comma", "semicolon", "tab"] as const).map((value) => ({
                value,
                label: t(`separators.${value}`),
              }))}
              value={separator}
              onChange={(value) => setSeparator((value ?? "comma") as keyof typeof separators)}
            />
          )}
        </Group>
        <Checkbox.Group
          label={t("columns")}
          description={t("columnsHint")}
          value={[...keys]}
          onChange={setKeys}
          error={keys.length === 0 && t("noColumns")}
        >
          <div className={classes.columns}>
            {columns.map(({ key, title }) => (
              <Checkbox key={key} size="xs" value={key} label={title} />
            ))}
          </div>
        </Checkbox.Group>
        <TextInput
          ref={takeLostFocus}
          label={t("reason")}
          description={t("reasonHint")}
          data-autofocus
          required
          autoComplete="off"
          maxLength={500}
          value={reason}
          onChange={({ currentTarget }) => setReason(currentTarget.value)}
          error={reasonError}
        />
        {reasonError === undefined && <ErrorNotice error={run.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {common("action.cancel")}
          </Button>
          <Button type="submit" loading={run.isStarting} disabled={keys.length === 0}>
            {t("start")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
