import { Button, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/shared/api/client";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { fieldError } from "@/shared/ui/fault-sentence";
import { Section } from "@/shared/ui/Section";
import { undoable } from "@/shared/ui/undo-toast";
import classes from "./TemplateEditor.module.css";

/** Where the office's privacy notice can be read, for messages that carry its address. */
export function NoticeAddress() {
  const { t } = useTranslation("templates");
  const client = useQueryClient();
  const known = useQuery({
    queryKey: ["templates", "notice"],
    queryFn: () => answer(api.GET("/api/templates/notice")),
  }).data?.url;
  const [typed, setTyped] = useState<string | null>(null);
  const save = useMutation({
    mutationFn: (url: string) =>
      undoable(() => answer(api.PUT("/api/templates/notice", { body: { url } })), t("notice.saved")),
    onSuccess: () => {
      setTyped(null);
      void client.invalidateQueries({ queryKey: ["templates"] });
      void client.invalidateQueries({ queryKey: ["template-values"] });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (typed !== null) save.mutate(typed.trim());
  };
  const fault = fieldError(save.error, "url");
  return (
    <Section title={t("notice.title")} hint={t("notice.hint")}>
      <form className={classes.notice} onSubmit={submit} noValidate>
        <TextInput
          className={classes.address ?? ""}
          label={t("notice.label")}
          type="url"
          autoComplete="off"
          placeholder="https://"
          value={typed ?? known ?? ""}
          onChange={({ currentTarget }) => setTyped(currentTarget.value)}
          error={fault}
        />
        <Button type="submit" variant="default" disabled={typed === null} loading={save.isPending}>
          {t("notice.save")}
        </Button>
      </form>
      {fault === undefined && <ErrorNotice error={save.error} />}
    </Section>
  );
}
