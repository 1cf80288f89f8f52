import { Button, Checkbox, Stack } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/shared/api/client";
import type { SellerGroup, SellerTurns } from "@/shared/api/types";
import { EditDialog } from "@/shared/ui/EditDialog";
import { EditForm } from "@/shared/ui/EditForm";
import { fieldError } from "@/shared/ui/fault-sentence";
import { NameField } from "@/shared/ui/NameField";
import { EditAndRemove } from "@/shared/ui/RowActions";
import { Section } from "@/shared/ui/Section";
import { showError } from "@/shared/ui/undo-toast";
import classes from "./Turns.module.css";
import { byId, useTurnChange } from "./turn-queries";
import { listText } from "./turn-words";

type GroupsProps = { groups: readonly SellerGroup[]; sellers: readonly SellerTurns[] };

/** Groups of sellers, which rules can ask for. */
export function Groups({ groups, sellers }: GroupsProps) {
  const { t } = useTranslation("turns");
  const [edited, setEdited] = useState<SellerGroup | "new" | null>(null);
  const remove = useTurnChange();
  const names = (members: readonly string[]) =>
    sellers.filter(({ user_id }) => members.includes(user_id)).map(({ name }) => name);
  return (
    <Section
      title={t("group.title")}
      hint={t("group.hint")}
      actions={
        <Button
          variant="default"
          leftSection={<IconPlus size={16} aria-hidden />}
          onClick={() => setEdited("new")}
        >
          {t("group.new")}
        </Button>
      }
    >
      {groups.length === 0 && <p className={classes.quiet}>{t("group.none")}</p>}
      <ul className={classes.list}>
        {groups.map((group) => (
          <li key={group.id} className={classes.row}>
            <span className={classes.words}>
              <span className={classes.strong}>{group.name}</span>
              <span className={classes.quiet}>{listText(names(group.members)) || t("group.empty")}</span>
            </span>
            <EditAndRemove
              edit={t("edit", { name: group.name })}
              remove={t("remove", { name: group.name })}
              onEdit={() => setEdited(group)}
              onRemove={() =>
                remove.mutate(
                  {
                    send: () => answer(api.DELETE("/api/turns/groups/{id}", byId(group.id))),
                    message: t("group.removed", { name: group.name }),
                  },
                  { onError: showError },
                )
              }
            />
          </li>
        ))}
      </ul>
      <EditDialog
        edited={edited}
        titles={{ new: t("group.new"), edit: t("group.edit") }}
        onClose={() => setEdited(null)}
        size="sm"
      >
        {(group) => <Editor group={group} sellers={sellers} onClose={() => setEdited(null)} />}
      </EditDialog>
    </Section>
  );
}

type EditorProps = { group: SellerGroup | null; sellers: readonly SellerTurns[]; onClose: () => void };

function Editor({ group, sellers, onClose }: EditorProps) {
  const { t } = useTranslation("turns");
  const save = useTurnChange();
  const [name, setName] = useState(group?.name ?? "");
  const [members, setMembers] = useState<string[]>([...(group?.members ?? [])]);
  const submit = () => {
    const body = { name: name.trim(), members };
    save.mutate(
      {
        send: () =>
          group === null
            ? answer(api.POST("/api/turns/groups", { body }))
            : answer(api.PUT("/api/turns/groups/{id}", { ...byId(group.id), body })),
        message: t("group.saved", { name: body.name }),
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
      fields={["name", "members"]}
    >
      <NameField label={t("name")} most={200} value={name} onChange={setName} error={save.error} />
      <Checkbox.Group
        label={t("group.members")}
        value={members}
        onChange={setMembers}
        error={fieldError(save.error, "members")}
      >
        <Stack gap={8} mt={6}>
          {sellers.map(({ user_id, name: seller }) => (
            <Checkbox key={user_id} value={user_id} label={seller} size="sm" />
          ))}
        </Stack>
      </Checkbox.Group>
    </EditForm>
  );
}
