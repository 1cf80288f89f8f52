import { Button, Modal, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/shared/api/client";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { fieldError } from "@/shared/ui/fault-sentence";
import classes from "./TakeOver.module.css";
import { watchTakeOver } from "./taking-over";

type TakeOverDialogProps = { opened: boolean; onClose: () => void };

/** Makes this member the office's host: the host is gone, and there are a backup and the recovery code. */
export function TakeOverDialog({ opened, onClose }: TakeOverDialogProps) {
  const { t } = useTranslation("host");
  return (
    <Modal opened={opened} onClose={onClose} title={t("lost.title")} size="lg">
      <TakeOverForm onClose={onClose} />
    </Modal>
  );
}

function TakeOverForm({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("host");
  const { t: common } = useTranslation();
  const client = useQueryClient();
  const [path, setPath] = useState("");
  const [code, setCode] = useState("");
  const restore = useMutation({
    mutationFn: () =>
      answer(api.POST("/api/setup/restore", { body: { path: path.trim(), code: code.trim() } })),
    onSuccess: (state) => {
      client.setQueryData(["setup", "restore"], state);
      watchTakeOver(true);
    },
  });
  const errors = [fieldError(restore.error, "path"), fieldError(restore.error, "code")];
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        restore.mutate();
      }}
    >
      <p className={classes.lead}>{t("lost.when")}</p>
      <ul className={classes.facts}>
        <li>{t("lost.kept")}</li>
        <li>{t("lost.others")}</li>
        <li>{t("lost.old")}</li>
      </ul>
      <TextInput
        mt="md"
        label={t("lost.path")}
        description={t("lost.pathWhy")}
        placeholder={t("lost.pathPlaceholder")}
        data-autofocus
        spellCheck={false}
        value={path}
        onChange={({ currentTarget }) => setPath(currentTarget.value)}
        error={errors[0]}
      />
      <TextInput
        mt="md"
        label={t("lost.code")}
        description={t("lost.codeWhy")}
        autoComplete="off"
        spellCheck={false}
        value={code}
        onChange={({ currentTarget }) => setCode(currentTarget.value)}
        error={errors[1]}
      />
      {errors.every((error) => error === undefined) && <ErrorNotice error={restore.error} />}
      <div className={classes.buttons}>
        <Button variant="default" onClick={onClose}>
          {common("action.cancel")}
        </Button>
        <Button type="submit" loading={restore.isPending} disabled={path.trim() === "" || code.trim() === ""}>
          {t("lost.start")}
        </Button>
      </div>
    </form>
  );
}
