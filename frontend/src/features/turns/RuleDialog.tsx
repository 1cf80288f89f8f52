import { Select, Switch, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/shared/api/client";
import type { SellerGroup, TurnRule } from "@/shared/api/types";
import { EditDialog } from "@/shared/ui/EditDialog";
import { EditForm } from "@/shared/ui/EditForm";
import { fieldError } from "@/shared/ui/fault-sentence";
import { NameField } from "@/shared/ui/NameField";
import { anySource, SourceFields, type Sources } from "./SourceFields";
import { byId, useTurnChange } from "./turn-queries";

type RuleDialogProps = {
  rule: TurnRule | "new" | null;
  groups: readonly SellerGroup[];
  onClose: () => void;
};

/** Writes a rule: for which leads, to which group, and what if nobody of it can. */
export function RuleDialog({ rule, groups, onClose }: RuleDialogProps) {
  const { t } = useTranslation("turns");
  return (
    <EditDialog edited={rule} titles={{ new: t("rule.new"), edit: t("rule.edit") }} onClose={onClose}>
      {(known) => <Editor rule={known} groups={groups} onClose={onClose} />}
    </EditDialog>
  );
}

/** Stands for all sellers among the groups: an empty value is no choice. */
const everybody = "*";

function sourcesOf(rule: TurnRule | null): Sources {
  if (rule === null) return anySource;
  return {
    form: { id: rule.form_id, name: rule.form_name },
    campaign: { id: rule.campaign_id, name: rule.campaign_name },
    page: { id: rule.page_id, name: rule.page_name },
  };
}

type EditorProps = { rule: TurnRule | null; groups: readonly SellerGroup[]; onClose: () => void };

function Editor({ rule, groups, onClose }: EditorProps) {
  const { t } = useTranslation("turns");
  const save = useTurnChange();
  const [name, setName] = useState(rule?.name ?? "");
  const [sources, setSources] = useState(() => sourcesOf(rule));
  const [cities, setCities] = useState(rule?.cities ?? "");
  const [group, setGroup] = useState(rule?.group_id || everybody);
  const [otherwise, setOtherwise] = useState(rule?.otherwise ?? "default");
  const [active, setActive] = useState(rule?.active ?? true);
  const submit = () => {
    const body = {
      name: name.trim(),
      form_id: sources.form.id,
      form_name: sources.form.name,
      campaign_id: sources.campaign.id,
      campaign_name: sources.campaign.name,
      page_id: sources.page.id,
      page_name: sources.page.name,
      cities: cities.trim(),
      group_id: group === everybody ? "" : group,
      otherwise,
      active,
    };
    save.mutate(
      {
        send: () =>
          rule === null
            ? answer(api.POST("/api/turns/rules", { body }))
            : answer(api.PUT("/api/turns/rules/{id}", { ...byId(rule.id), body })),
        message: t("rule.saved", { name: body.name }),
      },
      { onSuccess: onClose },
    );
  };
  return (
    <EditForm
      onSubmit={submit}
      onCancel={onClose}
      save={t("save")}
      saving={save.isPending}
      error={save.error}
      fields={["name", "cities", "group_id"]}
    >
      <NameField label={t("name")} most={200} value={name} onChange={setName} error={save.error} />
      <SourceFields value={sources} onChange={setSources} />
      <TextInput
        label={t("rule.cities")}
        description={t("rule.citiesHint")}
        placeholder={t("source.any")}
        autoComplete="off"
        maxLength={2000}
        value={cities}
        onChange={({ currentTarget }) => setCities(currentTarget.value)}
        error={fieldError(save.error, "cities")}
      />
      <Select
        label={t("rule.group")}
        data={[
          { value: everybody, label: t("everybody") },
          ...groups.map(({ id, name: label }) => ({ value: id, label })),
        ]}
        value={group}
        onChange={(id) => setGroup(id ?? everybody)}
        allowDeselect={false}
        error={fieldError(save.error, "group_id")}
      />
      <Select
        label={t("rule.otherwise")}
        data={[
          { value: "default", label: t("rule.toDefault") },
          { value: "tray", label: t("rule.toTray") },
        ]}
        value={otherwise}
        onChange={(choice) => setOtherwise(choice === "tray" ? "tray" : "default")}
        allowDeselect={false}
      />
      <Switch
        label={t("rule.active")}
        checked={active}
        onChange={({ currentTarget }) => setActive(currentTarget.checked)}
      />
    </EditForm>
  );
}
