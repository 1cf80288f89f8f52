import {
  Checkbox,
  SegmentedControl,
  Select,
  Stack,
  Textarea,
  TextInput,
  VisuallyHidden,
} from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/shared/api/client";
import { useIsAdmin } from "@/shared/api/me";
import type { Template } from "@/shared/api/types";
import { TemplatePreview } from "@/shared/prospect/TemplatePreview";
import { templateValuesQuery } from "@/shared/prospect/template-queries";
import { fill, longestMessage, plain, type Variable, variables } from "@/shared/prospect/template-text";
import { EditDialog } from "@/shared/ui/EditDialog";
import { EditForm } from "@/shared/ui/EditForm";
import { fieldError } from "@/shared/ui/fault-sentence";
import classes from "./TemplateEditor.module.css";
import { type Draft, useTemplateSaving } from "./template-changes";

type TemplateEditorProps = { template: Template | "new" | null; onClose: () => void };

/** Writes a template, with what becomes of it for a real prospect beside it. */
export function TemplateEditor({ template, onClose }: TemplateEditorProps) {
  const { t } = useTranslation("templates");
  return (
    <EditDialog
      edited={template}
      titles={{ new: t("new"), edit: t("editTitle") }}
      onClose={onClose}
      size="lg"
    >
      {(known) => <Editor template={known} onClose={onClose} />}
    </EditDialog>
  );
}

function draftOf(template: Template | null, isAdmin: boolean): Draft {
  if (template === null) return { channel: "whatsapp", name: "", subject: "", body: "", shared: isAdmin };
  const { name, subject, body, shared } = template;
  return { channel: template.channel === "email" ? "email" : "whatsapp", name, subject, body, shared };
}

function Editor({ template, onClose }: { template: Template | null; onClose: () => void }) {
  const { t } = useTranslation("templates");
  const isAdmin = useIsAdmin();
  const form = useForm({ initialValues: draftOf(template, isAdmin) });
  const { channel, subject, body } = form.values;
  const save = useTemplateSaving(template, onClose);
  const area = useRef<HTMLTextAreaElement>(null);
  const insert = (name: Variable) => {
    const { selectionStart = body.length, selectionEnd = body.length } = area.current ?? {};
    const mark = `{{${name}}}`;
    form.setFieldValue("body", body.slice(0, selectionStart) + mark + body.slice(selectionEnd));
    // Once the text has been drawn, the keyboard goes on behind what was put in.
    setTimeout(() => {
      area.current?.focus();
      area.current?.setSelectionRange(selectionStart + mark.length, selectionStart + mark.length);
    });
  };
  const fault = (field: string) => fieldError(save.error, field);
  return (
    <EditForm
      onSubmit={form.onSubmit((draft) => save.mutate(draft))}
      onCancel={onClose}
      save={t("save")}
      saving={save.isPending}
      error={save.error}
      fields={["name", "subject", "body", "channel"]}
    >
      {template === null && (
        <SegmentedControl
          aria-label={t("channel")}
          data={[
            { value: "whatsapp", label: t("whatsapp") },
            { value: "email", label: t("email") },
          ]}
          {...form.getInputProps("channel")}
        />
      )}
      <TextInput
        label={t("name")}
        data-autofocus
        autoComplete="off"
        {...form.getInputProps("name")}
        error={fault("name")}
      />
      {channel === "email" && (
        <TextInput
          label={t("subject")}
          autoComplete="off"
          {...form.getInputProps("subject")}
          error={fault("subject")}
        />
      )}
      <Textarea
        ref={area}
        label={t("body")}
        autosize
        minRows={4}
        maxRows={12}
        {...form.getInputProps("body")}
        error={fault("body")}
      />
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would draw and space itself */}
      <div className={classes.variables} role="group" aria-label={t("insert")}>
        {variables.map((name) => (
          <button key={name} type="button" className={classes.variable} onClick={() => insert(name)}>
            <VisuallyHidden>{t("insertOne", { name: t(`variable.${name}`) })}</VisuallyHidden>
            <span aria-hidden>{`{{${name}}}`}</span>
          </button>
        ))}
      </div>
      <Preview subject={channel === "email" ? subject : ""} body={body} />
      {template === null && isAdmin && (
        <Checkbox label={t("isShared")} {...form.getInputProps("shared", { type: "checkbox" })} />
      )}
    </EditForm>
  );
}

/** How many prospects the preview may be looked at with. */
const recent = 20;

/** What is being written, as one of the latest prospects would read it. */
function Preview({ subject, body }: { subject: string; body: string }) {
  const { t } = useTranslation("templates");
  const people = useQuery({
    queryKey: ["prospects", "preview"],
    queryFn: () => answer(api.GET("/api/prospects", { params: { query: { open: "true", limit: recent } } })),
  }).data?.items;
  const [chosen, setChosen] = useState<string | null>(null);
  const id = chosen ?? people?.[0]?.id ?? "";
  const values = useQuery({ ...templateValuesQuery(id), enabled: id !== "" }).data;
  if (people?.length === 0) return <p className={classes.quiet}>{t("noPreview")}</p>;
  const pieces = values === undefined ? [] : fill(body, values);
  return (
    <Stack gap={6}>
      <Select
        label={t("previewWith")}
        size="xs"
        data={(people ?? []).map(({ id: value, name, phone }) => ({ value, label: name || phone }))}
        value={id}
        onChange={setChosen}
        allowDeselect={false}
      />
      {subject !== "" && values !== undefined && (
        <TemplatePreview pieces={fill(subject, values)} label={t("subject")} />
      )}
      <TemplatePreview pieces={pieces} label={t("preview")} />
      <span className={classes.quiet}>{t("length", { n: plain(pieces).length, max: longestMessage })}</span>
    </Stack>
  );
}
