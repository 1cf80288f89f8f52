import { Anchor, Button, PasswordInput, TextInput } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toAppError } from "@/shared/api/app-error";
import type { RelayState } from "@/shared/api/types";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { fieldError } from "@/shared/ui/fault-sentence";
import { Section } from "@/shared/ui/Section";
import classes from "./Relay.module.css";
import { useRelay } from "./relay-queries";

type RelayFormProps = {
  relay: RelayState;
  onDone: () => void;
  /** Only when there is a relay to keep. */
  onCancel?: () => void;
};

/** The relay's address and the operator's token; the token goes to the keyring and is never shown again. */
export function RelayForm({ relay, onDone, onCancel }: RelayFormProps) {
  const { t } = useTranslation("relay");
  const { t: common } = useTranslation();
  const { connect } = useRelay();
  const [address, setAddress] = useState(relay.address);
  const [admission, setAdmission] = useState("");
  const placed = fieldError(connect.error, "address");
  const noCode = connect.isError && toAppError(connect.error).code === "recovery.needed";
  return (
    <Section title={t("setup.title")} hint={t("intro.hint")}>
      <form
        className={classes.form}
        autoComplete="off"
        onSubmit={(event) => {
          event.preventDefault();
          connect.mutate({ address: address.trim(), admission: admission.trim() }, { onSuccess: onDone });
        }}
      >
        <TextInput
          label={t("setup.address")}
          description={t("setup.addressHint")}
          placeholder="https://relevo.ejemplo.mx"
          inputMode="url"
          autoComplete="off"
          spellCheck={false}
          value={address}
          onChange={({ currentTarget }) => setAddress(currentTarget.value)}
          error={placed}
        />
        <PasswordInput
          label={t("setup.admission")}
          description={t(onCancel === undefined ? "setup.admissionHint" : "setup.admissionKeep")}
          autoComplete="off"
          value={admission}
          onChange={({ currentTarget }) => setAdmission(currentTarget.value)}
        />
        {noCode && (
          <p className={classes.draft} role="alert">
            {t("setup.codeFirst")}{" "}
            <Anchor component={Link} to="/ajustes/equipos" inherit underline="always">
              {t("setup.toCode")}
            </Anchor>
          </p>
        )}
        {connect.isError && placed === undefined && !noCode && <ErrorNotice error={connect.error} />}
        <div className={classes.buttons}>
          {onCancel !== undefined && (
            <Button variant="default" onClick={onCancel}>
              {common("action.cancel")}
            </Button>
          )}
          <Button type="submit" loading={connect.isPending} disabled={address.trim() === ""}>
            {t("setup.connect")}
          </Button>
        </div>
      </form>
    </Section>
  );
}
