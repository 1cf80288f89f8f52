import { useForm } from "@mantine/form";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { currentLanguage } from "@/locales/i18n";
import { toAppError } from "@/shared/api/app-error";
import { answer, api } from "@/shared/api/client";
import { enterSession } from "@/shared/api/session";
import { joinQuery } from "@/shared/api/setup";
import type { Session } from "@/shared/api/types";
import { AdminStep } from "./AdminStep";
import { JoinStep } from "./JoinStep";
import { OfficeStep } from "./OfficeStep";
import { ReadyStep } from "./ReadyStep";
import { RestoreStep } from "./RestoreStep";
import { SetupFrame } from "./SetupFrame";
import { firstZone, isUnderWay, type SetupStep, type SetupValues, stepOfField } from "./setup-values";
import { WelcomeStep } from "./WelcomeStep";

type SetupProps = {
  /** False when the system offers no keyring, where the database key is kept. */
  keyring: boolean;
  version: string;
};

/** The first minute of an office: four small steps, or the demonstration. */
export function Setup({ keyring, version }: SetupProps) {
  const { t } = useTranslation("setup");
  const client = useQueryClient();
  const [step, setStep] = useState<SetupStep>("welcome");
  const join = useQuery(joinQuery);
  // A page that is loaded anew, or whose office was laid aside for another one, finds its computer on the way into that one.
  if (step === "welcome" && join.isFetchedAfterMount && isUnderWay(join.data?.state)) setStep("join");
  const [session, setSession] = useState<Session | null>(null);
  const form = useForm<SetupValues>({
    initialValues: { officeName: "", timezone: firstZone(), name: "", login: "", password: "" },
  });

  const enter = (token: string, address: string) => {
    window.location.hash = address;
    enterSession(token);
    void client.invalidateQueries({ queryKey: ["setup"] });
  };
  /** There is an office here now: who sits here signs in. */
  const opened = () => void client.invalidateQueries({ queryKey: ["setup"] });
  const demo = useMutation({
    mutationFn: () => answer(api.POST("/api/setup/demo")),
    onSuccess: ({ token }) => enter(token, "/bandeja"),
  });
  const create = useMutation({
    mutationFn: ({ officeName, timezone, name, login, password }: SetupValues) =>
      answer(
        api.POST("/api/setup", {
          body: {
            office_name: officeName.trim(),
            timezone,
            admin: { name: name.trim(), login: login.trim(), password },
            language: currentLanguage(),
          },
        }),
      ),
    onSuccess: (created) => {
      setSession(created);
      setStep("ready");
    },
    onError: (fault) => setStep(stepOfField(toAppError(fault).field)),
  });

  return (
    <SetupFrame step={step} foot={t("version", { version })}>
      {step === "welcome" && (
        <WelcomeStep
          keyring={keyring}
          onStart={() => setStep("office")}
          onDemo={() => demo.mutate()}
          onJoin={() => setStep("join")}
          onRestore={() => setStep("restore")}
          demoPending={demo.isPending}
          demoFault={demo.error}
        />
      )}
      {step === "office" && (
        <OfficeStep
          form={form}
          fault={create.error}
          onBack={() => setStep("welcome")}
          onNext={() => setStep("admin")}
        />
      )}
      {step === "admin" && (
        <AdminStep
          form={form}
          fault={create.error}
          pending={create.isPending}
          onBack={() => setStep("office")}
          onNext={() => create.mutate(form.values)}
        />
      )}
      {step === "join" && <JoinStep onBack={() => setStep("welcome")} onReady={opened} />}
      {step === "restore" && <RestoreStep onBack={() => setStep("welcome")} onReady={opened} />}
      {step === "ready" && session !== null && (
        <ReadyStep
          office={form.values.officeName.trim()}
          onMeta={() => enter(session.token, "/ajustes/meta")}
          onLater={() => enter(session.token, "/bandeja")}
        />
      )}
    </SetupFrame>
  );
}
