import { Checkbox, Stack, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useIsAdmin } from "@/shared/api/me";
import type { View } from "@/shared/api/types";
import { FormFoot } from "@/shared/ui/FormFoot";

/** What somebody says of a view: how it is called, where it stands and for whom it is. */
export type ViewWords = {
  name: string;
  pinned: boolean;
  shared: boolean;
  /** Days that end today go on with the calendar. */
  moving: boolean;
};

type ViewFormProps = {
  /** The view to change; null for one that is to be kept. */
  view: View | null;
  /** The list is narrowed to days that end today. */
  endsToday: boolean;
  onClose: () => void;
  onSave: (words: ViewWords) => void;
};

/** Names a view, pins it and, for administrators, shares it with the office. */
export function ViewForm({ view, endsToday, onClose, onSave }: ViewFormProps) {
  const { t } = useTranslation("act");
  const { t: common } = useTranslation();
  const { t: prospects } = useTranslation("prospects");
  const isAdmin = useIsAdmin();
  const [words, setWords] = useState<ViewWords>({
    name: view?.name ?? "",
    pinned: view?.pinned ?? true,
    shared: view?.shared ?? false,
    moving: true,
  });
  const [missing, setMissing] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const name = words.name.trim();
    if (name === "") return setMissing(true);
    onSave({ ...words, name });
  };
  const box = (field: "pinned" | "shared" | "moving") => (
    <Checkbox
      label={t(`views.${field}`)}
      checked={words[field]}
      onChange={({ currentTarget: { checked } }) => setWords((before) => ({ ...before, [field]: checked }))}
    />
  );
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="sm">
        {view === null && <p style={{ margin: 0 }}>{t("views.hint")}</p>}
        <TextInput
          label={t("views.name")}
          data-autofocus
          autoComplete="off"
          maxLength={60}
          value={words.name}
          error={missing && prospects("reasonMissing")}
          onChange={({ currentTarget: { value } }) => {
            setWords((before) => ({ ...before, name: value }));
            setMissing(false);
          }}
        />
        {box("pinned")}
        {isAdmin && box("shared")}
        {view === null && endsToday && box("moving")}
        <FormFoot onCancel={onClose} save={common("action.save")} saving={false} />
      </Stack>
    </form>
  );
}
