import { Button, Modal, PasswordInput, SegmentedControl, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { fieldError } from "@/shared/ui/fault-sentence";
import classes from "./Settings.module.css";
import { type NewUser, useUserCreation } from "./user-queries";

type NewUserDialogProps = { opened: boolean; onClose: () => void };

const empty: NewUser = { login: "", name: "", role: "seller", password: "" };

/** Opens an account for someone of the office. */
export function NewUserDialog({ opened, onClose }: NewUserDialogProps) {
  const { t } = useTranslation("settings");
  return (
    <Modal opened={opened} onClose={onClose} title={t("users.add")}>
      <NewUserForm onClose={onClose} />
    </Modal>
  );
}

function NewUserForm({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("settings");
  const { t: common } = useTranslation();
  const { t: words } = useTranslation("words");
  const roleLabel = useId();
  const create = useUserCreation();
  const form = useForm<NewUser>({ initialValues: empty });
  const { name, login, password } = form.values;
  const errors = (["name", "login", "password"] as const).map((field) => fieldError(create.error, field));
  const submit = (values: NewUser) =>
    create.mutate(
      {
        ...values,
        name: values.name.trim(),
        login: values.login.trim(),
        message: t("users.addedToast", { name: values.name.trim() }),
      },
      { onSuccess: onClose },
    );
  return (
    <form onSubmit={form.onSubmit(submit)}>
      <TextInput label={t("users.name")} data-autofocus {...form.getInputProps("name")} error={errors[0]} />
      <TextInput
        mt="sm"
        label={t("users.login")}
        description={t("users.loginHint")}
        autoCapitalize="none"
        spellCheck={false}
        {...form.getInputProps("login")}
        error={errors[1]}
      />
      <PasswordInput
        mt="sm"
        label={t("users.firstPassword")}
        description={t("users.firstPasswordHint")}
        autoComplete="new-password"
        {...form.getInputProps("password")}
        error={errors[2]}
      />
      <div className={classes.row}>
        <span id={roleLabel} className={classes.rowTitle}>
          {t("users.role")}
        </span>
        <SegmentedControl
          aria-labelledby={roleLabel}
          data={(["seller", "admin"] as const).map((role) => ({ value: role, label: words(`role.${role}`) }))}
          {...form.getInputProps("role")}
        />
      </div>
      <p className={classes.rowHint}>{t(`users.roleHint.${form.values.role}`)}</p>
      {create.isError && errors.every((error) => error === undefined) && (
        <div className={classes.gap}>
          <ErrorNotice error={create.error} />
        </div>
      )}
      <div className={classes.buttons}>
        <Button variant="default" onClick={onClose}>
          {common("action.cancel")}
        </Button>
        <Button
          type="submit"
          loading={create.isPending}
          disabled={name.trim() === "" || login.trim() === "" || password === ""}
        >
          {t("users.create")}
        </Button>
      </div>
    </form>
  );
}
