import { Button, PasswordInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useTranslation } from "react-i18next";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { fieldError } from "@/shared/ui/fault-sentence";
import { Section } from "@/shared/ui/Section";
import { showDone } from "@/shared/ui/undo-toast";
import { usePasswordChange } from "./account-queries";
import classes from "./Settings.module.css";

/** A new password, with the present one to prove who asks. */
export function PasswordSection() {
  const { t } = useTranslation("settings");
  const change = usePasswordChange();
  const form = useForm({ initialValues: { current: "", new: "", again: "" } });
  const { values } = form;
  const differs = values.again !== "" && values.again !== values.new;
  const currentError = fieldError(change.error, "current");
  const newError = fieldError(change.error, "new");
  const placed = currentError !== undefined || newError !== undefined;
  const submit = () =>
    change.mutate(
      { current: values.current, new: values.new },
      {
        onSuccess: () => {
          form.reset();
          showDone(t("password.done"));
        },
      },
    );
  return (
    <Section title={t("password.title")} hint={t("password.hint")}>
      <form className={classes.narrow} onSubmit={form.onSubmit(submit)}>
        <PasswordInput
          label={t("password.current")}
          autoComplete="current-password"
          {...form.getInputProps("current")}
          error={currentError}
        />
        <PasswordInput
          mt="sm"
          label={t("password.new")}
          autoComplete="new-password"
          {...form.getInputProps("new")}
          error={newError}
        />
        <PasswordInput
          mt="sm"
          label={t("password.again")}
          autoComplete="new-password"
          {...form.getInputProps("again")}
          error={differs ? t("password.differs") : undefined}
        />
        {change.isError && !placed && (
          <div className={classes.gap}>
            <ErrorNotice error={change.error} />
          </div>
        )}
        <div className={classes.buttons}>
          <Button
            type="submit"
            loading={change.isPending}
            disabled={values.current === "" || values.new === "" || values.again !== values.new}
          >
            {t("password.change")}
          </Button>
        </div>
      </form>
    </Section>
  );
}
