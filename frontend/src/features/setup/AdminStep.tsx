import { Button, PasswordInput, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toAppError } from "@/shared/api/app-error";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { errorSentence, fieldError } from "@/shared/ui/fault-sentence";
import classes from "./Setup.module.css";
import { type SetupValues, suggestLogin } from "./setup-values";

type AdminStepProps = {
  form: UseFormReturnType<SetupValues>;
  fault: unknown;
  pending: boolean;
  onBack: () => void;
  onNext: () => void;
};

const fields = ["name", "login", "password"] as const;

/** The fault of one input: the API may name it alone or under `admin`. */
function adminError(fault: unknown, field: (typeof fields)[number]): string | undefined {
  return fieldError(fault, field) ?? fieldError(fault, `admin.${field}`);
}

/** The first administrator. The user name follows the name until the person writes one. */
export function AdminStep({ form, fault, pending, onBack, onNext }: AdminStepProps) {
  const { t } = useTranslation("setup");
  const { t: common } = useTranslation();
  const [ownLogin, setOwnLogin] = useState(form.values.login !== "");
  const { name, login, password } = form.values;
  const isPlaced = fault === null || fields.some((field) => adminError(fault, field) !== undefined);
  const passwordError =
    adminError(fault, "password") ??
    (fault !== null && toAppError(fault).code === "account.password_short"
      ? errorSentence(fault)
      : undefined);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onNext();
      }}
    >
      <h1 className={classes.title}>{t("admin.title")}</h1>
      <p className={classes.why}>{t("admin.why")}</p>
      <TextInput
        label={t("admin.name")}
        autoComplete="name"
        required
        withAsterisk={false}
        autoFocus
        value={name}
        onChange={({ currentTarget }) => {
          form.setFieldValue("name", currentTarget.value);
          if (!ownLogin) form.setFieldValue("login", suggestLogin(currentTarget.value));
        }}
        error={adminError(fault, "name")}
      />
      <TextInput
        mt="md"
        label={t("admin.login")}
        description={t("admin.loginWhy")}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        required
        withAsterisk={false}
        value={login}
        onChange={({ currentTarget }) => {
          setOwnLogin(true);
          form.setFieldValue("login", currentTarget.value);
        }}
        error={adminError(fault, "login")}
      />
      <PasswordInput
        mt="md"
        label={t("admin.password")}
        description={t("admin.passwordWhy")}
        autoComplete="new-password"
        required
        withAsterisk={false}
        {...form.getInputProps("password")}
        error={passwordError}
      />
      {!isPlaced && passwordError === undefined && (
        <div className={classes.fault}>
          <ErrorNotice error={fault} />
        </div>
      )}
      <div className={classes.actions}>
        <Button variant="subtle" onClick={onBack}>
          {common("action.back")}
        </Button>
        <Button
          type="submit"
          loading={pending}
          disabled={name.trim() === "" || login.trim() === "" || password === ""}
        >
          {t("admin.create")}
        </Button>
      </div>
    </form>
  );
}
