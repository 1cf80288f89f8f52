import { Button, Modal, Select } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { MetaForm } from "@/shared/api/types";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import table from "@/shared/ui/table.module.css";
import { undoableBy } from "@/shared/ui/undo-toast";
import classes from "./Meta.module.css";
import { changedTargets, fullMapping, type MappingTarget, mappingGaps, mappingTargets } from "./meta-mapping";
import { useFormChange } from "./meta-queries";
import settings from "./Settings.module.css";

type MetaMappingDialogProps = {
  /** The form to map; `null` keeps the dialog closed. */
  form: MetaForm | null;
  onClose: () => void;
};

/** Which answer is the name, which the phone, and which is kept as it was given. */
export function MetaMappingDialog({ form, onClose }: MetaMappingDialogProps) {
  const { t } = useTranslation("settings");
  return (
    <Modal
      opened={form !== null}
      onClose={onClose}
      size="lg"
      title={t("meta.mapping.title", { name: form?.name })}
    >
      {form !== null && <Mapping key={form.id} form={form} onClose={onClose} />}
    </Modal>
  );
}

function Mapping({ form, onClose }: { form: MetaForm; onClose: () => void }) {
  const { t } = useTranslation("settings");
  const { t: common } = useTranslation();
  const [mapping, setMapping] = useState(() => fullMapping(form));
  const change = useFormChange();
  const gaps = mappingGaps(mapping);
  const save = () => {
    const before = fullMapping(form);
    const back = () => change.mutateAsync({ id: form.id, mapping: changedTargets(mapping, before) });
    const send = () => change.mutateAsync({ id: form.id, mapping: changedTargets(before, mapping) });
    // A fault stands in the dialog.
    undoableBy(send, common("saved"), back).then(onClose, () => undefined);
  };
  return (
    <>
      <p className={classes.quiet}>{t("meta.mapping.hint")}</p>
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col">{t("meta.mapping.question")}</th>
            <th scope="col">{t("meta.mapping.target")}</th>
          </tr>
        </thead>
        <tbody>
          {form.questions.map(({ key, label, options }) => (
            <tr key={key}>
              <td>
                <span className={table.strong}>{label === "" ? key : label}</span>
                {options.length > 0 && (
                  <span className={classes.options}>{options.map(({ value }) => value).join(" · ")}</span>
                )}
              </td>
              <td>
                <Select
                  size="sm"
                  aria-label={t("meta.mapping.targetOf", { label: label === "" ? key : label })}
                  allowDeselect={false}
                  comboboxProps={{ withinPortal: true }}
                  data={mappingTargets.map((target) => ({ value: target, label: t(`target.${target}`) }))}
                  value={mapping[key] ?? "answer"}
                  onChange={(value) =>
                    setMapping((current) => ({ ...current, [key]: (value ?? "answer") as MappingTarget }))
                  }
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {gaps.map((gap) => (
        <p key={gap} className={classes.gapNotice} role="status">
          {t(`meta.mapping.gap.${gap}`)}
        </p>
      ))}
      {change.isError && (
        <div className={settings.gap}>
          <ErrorNotice error={change.error} />
        </div>
      )}
      <div className={settings.buttons}>
        <Button variant="default" onClick={onClose}>
          {common("action.cancel")}
        </Button>
        <Button loading={change.isPending} onClick={save}>
          {common("action.save")}
        </Button>
      </div>
    </>
  );
}
