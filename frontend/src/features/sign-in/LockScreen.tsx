import { Button, PasswordInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { useLayoutEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/shared/api/client";
import { leaveSession, unlockSession } from "@/shared/api/session";
import { Doorway } from "./Doorway";
import { SignInFault } from "./SignInFault";
import { useWait } from "./use-wait";

/** Covers the program until the same person gives the password; what was being typed waits behind. */
export function LockScreen({ name }: { name: string }) {
  const { t } = useTranslation("sign-in");
  const wait = useWait();
  const [titleBehind] = useState(() => document.title);
  useLayoutEffect(
    () => () => {
      document.title = titleBehind;
    },
    [titleBehind],
  );
  const form = useForm({ mode: "uncontrolled", initialValues: { password: "" } });
  const unlock = useMutation({
    mutationFn: (body: { password: string }) => answer(api.POST("/api/session/unlock", { body })),
    onSuccess: unlockSession,
    onError: (fault) => {
      wait.follow(fault);
      form.reset();
    },
  });
  return (
    <Doorway title={name === "" ? t("locked") : name} hint={t("lockedHint")}>
      <form onSubmit={form.onSubmit((values) => unlock.mutate(values))}>
        <PasswordInput
          label={t("password")}
          autoComplete="current-password"
          required
          withAsterisk={false}
          autoFocus
          {...form.getInputProps("password")}
          key={form.key("password")}
        />
        <SignInFault fault={unlock.error} seconds={wait.seconds} />
        <Button type="submit" fullWidth mt="lg" loading={unlock.isPending} disabled={wait.seconds > 0}>
          {t("unlock")}
        </Button>
        <Button variant="subtle" fullWidth mt="xs" onClick={leaveSession}>
          {t("otherUser")}
        </Button>
      </form>
    </Doorway>
  );
}
