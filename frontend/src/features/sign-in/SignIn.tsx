import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/shared/api/client";
import { enterSession } from "@/shared/api/session";
import type { Setup } from "@/shared/api/types";
import { Doorway } from "./Doorway";
import { SignInFault } from "./SignInFault";
import { useWait } from "./use-wait";

/** Name and password of a person of this office. */
export function SignIn({ setup }: { setup: Setup }) {
  const { t } = useTranslation("sign-in");
  const wait = useWait();
  const form = useForm({ mode: "uncontrolled", initialValues: { login: "", password: "" } });
  const enter = useMutation({
    mutationFn: (body: { login: string; password: string }) => answer(api.POST("/api/session", { body })),
    onSuccess: ({ token }) => enterSession(token),
    onError: (fault) => {
      wait.follow(fault);
      form.setFieldValue("password", "");
    },
  });
  return (
    <Doorway
      title={setup.office_name === "" ? t("title") : setup.office_name}
      hint={setup.demo ? t("demoHint") : t("hint")}
      foot={t("version", { version: setup.version })}
    >
      <form onSubmit={form.onSubmit((values) => enter.mutate(values))}>
        <TextInput
          label={t("login")}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          withAsterisk={false}
          autoFocus
          {...form.getInputProps("login")}
          key={form.key("login")}
        />
        <PasswordInput
          mt="sm"
          label={t("password")}
          autoComplete="current-password"
          required
          withAsterisk={false}
          {...form.getInputProps("password")}
          key={form.key("password")}
        />
        <SignInFault fault={enter.error} seconds={wait.seconds} />
        <Button type="submit" fullWidth mt="lg" loading={enter.isPending} disabled={wait.seconds > 0}>
          {t("enter")}
        </Button>
      </form>
    </Doorway>
  );
}
