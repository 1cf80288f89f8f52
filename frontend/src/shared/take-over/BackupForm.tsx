import { Button, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { currentLanguage } from "@/locales/i18n";
import { answer, api } from "@/shared/api/client";
import { fullDate } from "@/shared/lib/dates";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { fieldError } from "@/shared/ui/fault-sentence";
import classes from "./TakeOver.module.css";
import { ageOf } from "./taking-over";

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

/**
 * Asks for a sealed backup and the recovery code, and has this computer become the office's host with them. Of a backup that
 * was not made just for this it says first of when it is: nothing is replaced before that was read.
 */
export function BackupForm({ start, leave, onLeave, onBegun, problem, children }: BackupFormProps) {
  const { t } = useTranslation("host");
  const client = useQueryClient();
  const [path, setPath] = useState("");
  const [code, setCode] = useState("");
  const body = { path: path.trim(), code: code.trim() };
  const restore = useMutation({
    mutationFn: () => answer(api.POST("/api/setup/restore", { body })),
    onSuccess: (state) => {
      client.setQueryData(["setup", "restore"], state);
      onBegun?.();
    },
    onError: () => client.invalidateQueries({ queryKey: ["setup", "restore"] }),
  });
  const look = useMutation({
    mutationFn: () => answer(api.POST("/api/setup/restore/look", { body })),
    onSuccess: ({ made_at }) => {
      if (ageOf(made_at, new Date()) === null) restore.mutate();
    },
  });
  const madeAt = look.data?.made_at;
  const age = ageOf(madeAt, new Date());
  const error = look.error ?? restore.error;
  const errors = [fieldError(error, "path"), fieldError(error, "code")];
  const isPending = look.isPending || restore.isPending;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (age === null) look.mutate();
        else restore.mutate();
      }}
      onChange={() => look.reset()} // what is asked about is another one
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
      {age !== null && (
        <p className={age === "ageOld" ? classes.problem : classes.lead} role="status">
          {t(`backup.${age}`, { at: fullDate(new Date(madeAt ?? ""), currentLanguage(), true) })}
        </p>
      )}
      {problem !== undefined && !isPending && age === null && (
        <p className={classes.problem} role="alert">
          {problem}
        </p>
      )}
      {errors.every((error) => error === undefined) && <ErrorNotice error={error} />}
      <div className={classes.buttons}>
        <Button variant="default" onClick={onLeave}>
          {leave}
        </Button>
        <Button type="submit" loading={isPending} disabled={path.trim() === "" || code.trim() === ""}>
          {age === null ? start : t("backup.nevertheless")}
        </Button>
      </div>
    </form>
  );
}
