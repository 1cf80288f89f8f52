import { Button, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/shared/api/client";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { fieldError } from "@/shared/ui/fault-sentence";
import classes from "./TakeOver.module.css";

type BackupFormProps = {
  /** The button that begins. */
  start: string;
  /** The button that leaves. */
  leave: string;
  onLeave: () => void;
  /** It goes on by itself from here: useRestoreState tells. */
  onBegun?: () => void;
  /** What went wrong with the last one. */
  problem?: string | undefined;
  /** What stands above the fields. */
  children: ReactNode;
};

/** Asks for a sealed backup and the recovery code, and has this computer become the office's host with them. */
export function BackupForm({ start, leave, onLeave, onBegun, problem, children }: BackupFormProps) {
  const { t } = useTranslation("host");
  const client = useQueryClient();
  const [path, setPath] = useState("");
  const [code, setCode] = useState("");
  const restore = useMutation({
    mutationFn: () =>
      answer(api.POST("/api/setup/restore", { body: { path: path.trim(), code: code.trim() } })),
    onSuccess: (state) => {
      client.setQueryData(["setup", "restore"], state);
      onBegun?.();
    },
    onError: () => client.invalidateQueries({ queryKey: ["setup", "restore"] }),
  });
  const errors = [fieldError(restore.error, "path"), fieldError(restore.error, "code")];
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        restore.mutate();
      }}
    >
      {children}
      <TextInput
        mt="md"
        label={t("backup.path")}
        description={t("backup.pathWhy")}
        placeholder={t("backup.pathPlaceholder")}
        data-autofocus
        autoFocus
        spellCheck={false}
        value={path}
        onChange={({ currentTarget }) => setPath(currentTarget.value)}
        error={errors[0]}
      />
      <TextInput
        mt="md"
        label={t("backup.code")}
        description={t("backup.codeWhy")}
        autoComplete="off"
        spellCheck={false}
        value={code}
        onChange={({ currentTarget }) => setCode(currentTarget.value)}
        error={errors[1]}
      />
      {problem !== undefined && !restore.isPending && (
        <p className={classes.problem} role="alert">
          {problem}
        </p>
      )}
      {errors.every((error) => error === undefined) && <ErrorNotice error={restore.error} />}
      <div className={classes.buttons}>
        <Button variant="default" onClick={onLeave}>
          {leave}
        </Button>
        <Button type="submit" loading={restore.isPending} disabled={path.trim() === "" || code.trim() === ""}>
          {start}
        </Button>
      </div>
    </form>
  );
}
