import { Button, VisuallyHidden } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useIsAdmin } from "@/shared/api/me";
import type { Template } from "@/shared/api/types";
import { formatCount } from "@/shared/lib/text";
import { templatesQuery } from "@/shared/prospect/template-queries";
import { EmptyState } from "@/shared/ui/EmptyState";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { EditAndRemove } from "@/shared/ui/RowActions";
import { Section } from "@/shared/ui/Section";
import table from "@/shared/ui/table.module.css";
import { NoticeAddress } from "./NoticeAddress";
import { TemplateEditor } from "./TemplateEditor";
import { useTemplateRemoval } from "./template-changes";

/** The texts for messages and mails: the office's and one's own. */
export function TemplateSettings() {
  const { t } = useTranslation("templates");
  const isAdmin = useIsAdmin();
  const { data, error, refetch } = useQuery(templatesQuery);
  const [edited, setEdited] = useState<Template | "new" | null>(null);
  const all = data?.items ?? [];
  const shared = all.filter((one) => one.shared);
  const own = all.filter((one) => !one.shared);
  const add = (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setEdited("new")}>
      {t("new")}
    </Button>
  );
  return (
    <>
      <Section title={t("title")} hint={t("hint")} actions={add}>
        <ErrorNotice error={error} onRetry={() => void refetch()} />
        {data !== undefined && all.length === 0 && <EmptyState title={t("none")} hint={t("noneHint")} />}
      </Section>
      {shared.length > 0 && (
        <Section title={t("shared")} hint={t("sharedHint")}>
          <List templates={shared} mayChange={isAdmin} onEdit={setEdited} />
        </Section>
      )}
      {own.length > 0 && (
        <Section title={t("own")} hint={t("ownHint")}>
          <List templates={own} mayChange onEdit={setEdited} />
        </Section>
      )}
      {isAdmin && <NoticeAddress />}
      <TemplateEditor template={edited} onClose={() => setEdited(null)} />
    </>
  );
}

type ListProps = { templates: readonly Template[]; mayChange: boolean; onEdit: (template: Template) => void };

function List({ templates, mayChange, onEdit }: ListProps) {
  const { t } = useTranslation("templates");
  const remove = useTemplateRemoval();
  return (
    <table className={table.table}>
      <thead>
        <tr>
          <th scope="col" className={table.half}>
            {t("name")}
          </th>
          <th scope="col" className={table.quarter}>
            {t("channel")}
          </th>
          <th scope="col" title={t("usesHint")}>
            {t("uses")}
          </th>
          <th scope="col">
            <VisuallyHidden>{t("actions")}</VisuallyHidden>
          </th>
        </tr>
      </thead>
      <tbody>
        {templates.map((one) => (
          <tr key={one.id}>
            <td className={table.strong}>{one.name}</td>
            <td className={table.quiet}>{t(one.channel === "email" ? "email" : "whatsapp")}</td>
            <td>{formatCount(one.uses)}</td>
            <td className={table.end}>
              {mayChange && (
                <EditAndRemove
                  edit={t("edit", { name: one.name })}
                  remove={t("remove", { name: one.name })}
                  onEdit={() => onEdit(one)}
                  onRemove={() => remove.mutate(one)}
                />
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
