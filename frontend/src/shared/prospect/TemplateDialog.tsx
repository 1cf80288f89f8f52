import { Button, Group, Modal, Select, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useMe } from "@/shared/api/me";
import type { Prospect, Template } from "@/shared/api/types";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { openChat, writeMail } from "./reach";
import { TemplatePreview } from "./TemplatePreview";
import classes from "./Templates.module.css";
import { templateValuesQuery } from "./template-queries";
import { fill, longestMessage, missing, plain, speaksForAnother } from "./template-text";
import { useTemplateOwner } from "./use-template-owner";

type TemplateDialogProps = {
  prospect: Prospect;
  /** The chosen one; `null` while the dialog is closed. */
  template: Template | null;
  /** Those of the same channel. */
  templates: readonly Template[];
  onChoose: (template: Template | null) => void;
};

/** Shows a message as this prospect would get it, and opens it in WhatsApp or in the mail program once nothing is missing. */
export function TemplateDialog({ prospect, template, templates, onChoose }: TemplateDialogProps) {
  const { t } = useTranslation("templates");
  const close = () => onChoose(null);
  return (
    <Modal
      opened={template !== null}
      onClose={close}
      title={t(template?.channel === "email" ? "send.mailTitle" : "send.chatTitle")}
      size="md"
    >
      {template !== null && (
        <Message prospect={prospect} template={template} templates={templates} onChoose={onChoose} />
      )}
    </Modal>
  );
}

function Message({ prospect, template, templates, onChoose }: TemplateDialogProps & { template: Template }) {
  const { t } = useTranslation("templates");
  const { t: common } = useTranslation();
  const { data: values, error, refetch } = useQuery(templateValuesQuery(prospect.id));
  const owner = useTemplateOwner(templates);
  const me = useMe().user.id;
  const close = () => onChoose(null);
  if (values === undefined) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  const subject = fill(template.subject, values);
  const body = fill(template.body, values);
  const text = plain(body);
  const gaps = missing(subject, body);
  const speaksForSeller = speaksForAnother(prospect.owner_id, me, subject, body);
  const isLong = text.length > longestMessage;
  const send = () => {
    close();
    const message = { text, subject: plain(subject), templateId: template.id };
    if (template.channel === "email") writeMail(prospect, undefined, message);
    else openChat(prospect, undefined, undefined, message);
  };
  return (
    <Stack gap="sm">
      <Select
        label={t("template")}
        data={templates.map((one) => ({
          value: one.id,
          label: [one.name, owner(one)].filter(Boolean).join(" · "),
        }))}
        value={template.id}
        onChange={(id) => onChoose(templates.find((one) => one.id === id) ?? template)}
        allowDeselect={false}
      />
      {template.channel === "email" && <TemplatePreview pieces={subject} label={t("subject")} />}
      <TemplatePreview pieces={body} label={t("preview")} />
      {speaksForSeller && <p className={classes.subject}>{t("seller", { name: values.vendedor })}</p>}
      <span className={classes.count}>{t("length", { n: text.length, max: longestMessage })}</span>
      {gaps.length > 0 && (
        <div className={classes.problem} role="alert">
          {t("missing")}
          <ul>
            {gaps.map((name) => (
              <li key={name}>{t(`missingHint.${name}` as never)}</li>
            ))}
          </ul>
        </div>
      )}
      {isLong && (
        <p className={classes.problem} role="alert">
          {t("tooLong", { max: longestMessage })}
        </p>
      )}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={close}>
          {common("action.cancel")}
        </Button>
        <Button data-autofocus onClick={send} disabled={gaps.length > 0 || isLong}>
          {t(template.channel === "email" ? "send.mail" : "send.chat")}
        </Button>
      </Group>
    </Stack>
  );
}
