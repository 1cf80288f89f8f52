import { Button, Radio, VisuallyHidden } from "@mantine/core";
import { IconPlus, IconTag } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/shared/api/client";
import type { Tag } from "@/shared/api/types";
import { TagDot } from "@/shared/tags/TagChips";
import { tagColors, tagsQuery } from "@/shared/tags/tag-queries";
import { EditDialog } from "@/shared/ui/EditDialog";
import { EditForm } from "@/shared/ui/EditForm";
import { EmptyState } from "@/shared/ui/EmptyState";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { NameField } from "@/shared/ui/NameField";
import { EditAndRemove } from "@/shared/ui/RowActions";
import { Section } from "@/shared/ui/Section";
import table from "@/shared/ui/table.module.css";
import { showError, undoable } from "@/shared/ui/undo-toast";
import classes from "./TagSettings.module.css";

/** The office's words for prospects: named, coloured, taken away. */
export function TagSettings() {
  const { t } = useTranslation("act");
  const { data, error, refetch } = useQuery(tagsQuery);
  const [edited, setEdited] = useState<Tag | "new" | null>(null);
  const remove = useTagChange();
  const tags = data?.items ?? [];
  const add = (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setEdited("new")}>
      {t("tagSettings.new")}
    </Button>
  );
  return (
    <Section title={t("tags.label")} hint={t("tagSettings.hint")} actions={tags.length > 0 ? add : undefined}>
      <ErrorNotice error={error} onRetry={() => void refetch()} />
      {data !== undefined && tags.length === 0 && (
        <EmptyState icon={<IconTag size={32} stroke={1.4} />} title={t("tagSettings.none")} action={add} />
      )}
      {tags.length > 0 && (
        <table className={table.table}>
          <thead>
            <tr>
              <th scope="col">{t("tagSettings.name")}</th>
              <th scope="col">{t("tagSettings.color")}</th>
              <th scope="col">
                <VisuallyHidden>{t("tagSettings.actions")}</VisuallyHidden>
              </th>
            </tr>
          </thead>
          <tbody>
            {tags.map((tag) => (
              <tr key={tag.id}>
                <td className={table.strong}>
                  <Link to="/prospectos" search={{ tag: tag.id, open: "all" }} className={classes.tag}>
                    <TagDot color={tag.color} />
                    {tag.name}
                  </Link>
                </td>
                <td className={table.quiet}>{t(`tagColor.${colorOf(tag)}`)}</td>
                <td className={table.end}>
                  <EditAndRemove
                    edit={t("tagSettings.edit", { name: tag.name })}
                    remove={t("tagSettings.remove", { name: tag.name })}
                    onEdit={() => setEdited(tag)}
                    onRemove={() =>
                      remove.mutate(
                        {
                          send: () =>
                            answer(api.DELETE("/api/tags/{id}", { params: { path: { id: tag.id } } })),
                          message: t("tagSettings.removed", { name: tag.name }),
                        },
                        { onError: showError },
                      )
                    }
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <EditDialog
        edited={edited}
        titles={{ new: t("tagSettings.new"), edit: t("tagSettings.editTitle") }}
        onClose={() => setEdited(null)}
        size="sm"
      >
        {(tag) => <Editor tag={tag} onClose={() => setEdited(null)} />}
      </EditDialog>
    </Section>
  );
}

type Color = (typeof tagColors)[number] | "none";

/** A colour that a newer version has given is none here. */
function colorOf({ color }: Tag): Color {
  return tagColors.find((known) => known === color) ?? "none";
}

type TagWrite = { send: () => Promise<{ tx_id: string }>; message: string };

/** Writes to the tags, and has what shows them read again. */
function useTagChange() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ send, message }: TagWrite) => undoable(send, message),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: ["prospects"] });
      return client.invalidateQueries({ queryKey: ["tags"] });
    },
  });
}

function Editor({ tag, onClose }: { tag: Tag | null; onClose: () => void }) {
  const { t } = useTranslation("act");
  const { t: common } = useTranslation();
  const save = useTagChange();
  const [name, setName] = useState(tag?.name ?? "");
  const [color, setColor] = useState<Color>(tag === null ? "none" : colorOf(tag));
  const submit = () => {
    const body = { name: name.trim(), color: color === "none" ? "" : color };
    save.mutate(
      {
        send: () =>
          tag === null
            ? answer(api.POST("/api/tags", { body }))
            : answer(api.PATCH("/api/tags/{id}", { params: { path: { id: tag.id } }, body })),
        message: t("tagSettings.saved", { name: body.name }),
      },
      { onSuccess: onClose },
    );
  };
  return (
    <EditForm
      onSubmit={submit}
      onCancel={onClose}
      save={common("action.save")}
      saving={save.isPending}
      error={save.error}
      fields={["name"]}
    >
      <NameField label={t("tagSettings.name")} most={40} value={name} onChange={setName} error={save.error} />
      <Radio.Group
        label={t("tagSettings.color")}
        value={color}
        onChange={(value) => setColor(value as Color)}
      >
        <div className={classes.colors}>
          {(["none", ...tagColors] as const).map((value) => (
            <Radio
              key={value}
              value={value}
              size="sm"
              label={
                <span className={classes.color}>
                  <TagDot color={value === "none" ? "" : value} />
                  {t(`tagColor.${value}`)}
                </span>
              }
            />
          ))}
        </div>
      </Radio.Group>
    </EditForm>
  );
}
