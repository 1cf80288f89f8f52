import { Button, TextInput } from "@mantine/core";
import { IconCopy, IconPrinter, IconShieldLock } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "@/shared/api/me";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { fieldError } from "@/shared/ui/fault-sentence";
import { Section } from "@/shared/ui/Section";
import { showDone, showError } from "@/shared/ui/undo-toast";
import classes from "./Devices.module.css";
import { useRecoveryCode } from "./device-queries";

/** Makes the office's recovery code, shows it once, and has it typed back: it exists on paper and nowhere else. */
export function RecoveryCode() {
  const { t } = useTranslation("devices");
  const { t: common } = useTranslation();
  const { office } = useMe();
  const { make, confirm } = useRecoveryCode();
  const [typing, setTyping] = useState(false);
  const [typed, setTyped] = useState("");
  const code = make.data?.code;
  return (
    <Section title={t("code.title")} hint={t("code.hint")}>
      {code === undefined && (
        <>
          <ErrorNotice error={make.error} />
          <Button
            leftSection={<IconShieldLock size={16} />}
            loading={make.isPending}
            onClick={() => make.mutate()}
          >
            {t("code.make")}
          </Button>
        </>
      )}
      {code !== undefined && !typing && (
        <div className={classes.sheet}>
          <p className={classes.lead}>{t("code.office", { office: office.name })}</p>
          <p className={classes.code}>
            {code.split("-").map((group) => (
              <span key={group}>{group}</span>
            ))}
          </p>
          <p className={classes.note}>{t("code.keep")}</p>
          <div className={classes.buttons}>
            <Button
              variant="default"
              leftSection={<IconCopy size={16} />}
              onClick={() =>
                navigator.clipboard.writeText(code).then(() => showDone(t("code.copied")), showError)
              }
            >
              {common("action.copy")}
            </Button>
            <Button variant="default" leftSection={<IconPrinter size={16} />} onClick={() => window.print()}>
              {t("code.print")}
            </Button>
            <Button onClick={() => setTyping(true)}>{t("code.written")}</Button>
          </div>
        </div>
      )}
      {code !== undefined && typing && (
        <form
          className={classes.narrow}
          onSubmit={(event) => {
            event.preventDefault();
            confirm.mutate(typed, { onSuccess: () => showDone(t("code.done")) });
          }}
        >
          <TextInput
            label={t("code.type")}
            description={t("code.typeHint")}
            autoFocus
            autoComplete="off"
            spellCheck={false}
            value={typed}
            onChange={({ currentTarget }) => setTyped(currentTarget.value)}
            error={fieldError(confirm.error, "code")}
          />
          {confirm.error !== null && fieldError(confirm.error, "code") === undefined && (
            <ErrorNotice error={confirm.error} />
          )}
          <div className={classes.buttons}>
            <Button variant="default" onClick={() => setTyping(false)}>
              {t("code.again")}
            </Button>
            <Button type="submit" loading={confirm.isPending} disabled={typed.trim() === ""}>
              {t("code.confirm")}
            </Button>
          </div>
        </form>
      )}
    </Section>
  );
}
