import { Anchor, Button, Collapse, PasswordInput, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useDisclosure } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import type { Meta } from "@/shared/api/types";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { fieldError } from "@/shared/ui/fault-sentence";
import { Section } from "@/shared/ui/Section";
import { type Connection, useConnect } from "./meta-queries";
import classes from "./Settings.module.css";

type MetaConnectionFormProps = {
  meta: Meta;
  onDone: () => void;
  /** Only when there is a connection to keep. */
  onCancel?: () => void;
};

/** What is sent: without the spaces and line ends that copying brings, and without empty options. */
export function cleanConnection(values: Required<Connection>): Connection {
  const { base_url, version } = values;
  return {
    app_id: values.app_id.trim(),
    app_secret: values.app_secret.trim(),
    token: values.token.replace(/\s+/g, ""),
    ...(base_url.trim() === "" ? {} : { base_url: base_url.trim() }),
    ...(version.trim() === "" ? {} : { version: version.trim() }),
  };
}

/** App id, secret and token, pasted once; they go to the system keyring and are never shown again. */
export function MetaConnectionForm({ meta, onDone, onCancel }: MetaConnectionFormProps) {
  const { t } = useTranslation("settings");
  const { t: common } = useTranslation();
  const connect = useConnect();
  const [advanced, { toggle }] = useDisclosure(false);
  const form = useForm<Required<Connection>>({
    initialValues: { app_id: meta.app_id, app_secret: "", token: "", base_url: "", version: "" },
  });
  const { app_id, app_secret, token } = form.values;
  // The stored secrets serve again while the app stays the same.
  const keeps = meta.configured && app_id.trim() === meta.app_id;
  const error = (field: keyof Connection) => fieldError(connect.error, field);
  const fields = ["app_id", "app_secret", "token", "base_url", "version"] as const;
  const placed = fields.some((field) => error(field) !== undefined);
  return (
    <Section title={t("meta.connect.title")} hint={t(keeps ? "meta.connect.keepHint" : "meta.connect.hint")}>
      <form
        onSubmit={form.onSubmit((values) => connect.mutate(cleanConnection(values), { onSuccess: onDone }))}
        autoComplete="off"
      >
        <TextInput
          label={t("meta.connect.appId")}
          description={t("meta.connect.appIdHint")}
          inputMode="numeric"
          autoComplete="off"
          className={classes.narrow}
          {...form.getInputProps("app_id")}
          error={error("app_id")}
        />
        <PasswordInput
          mt="md"
          label={t("meta.connect.secret")}
          description={t("meta.connect.secretHint")}
          autoComplete="off"
          className={classes.narrow}
          {...form.getInputProps("app_secret")}
          error={error("app_secret")}
        />
        <PasswordInput
          mt="md"
          label={t("meta.connect.token")}
          description={t("meta.connect.tokenHint")}
          autoComplete="off"
          {...form.getInputProps("token")}
          error={error("token")}
        />
        <p>
          <Anchor component="button" type="button" size="sm" onClick={toggle} aria-expanded={advanced}>
            {t("meta.connect.advanced")}
          </Anchor>
        </p>
        <Collapse expanded={advanced}>
          <TextInput
            label={t("meta.connect.address")}
            description={t("meta.connect.addressHint")}
            placeholder={meta.base_url}
            className={classes.narrow}
            {...form.getInputProps("base_url")}
            error={error("base_url")}
          />
          <TextInput
            mt="md"
            label={t("meta.connect.version")}
            placeholder={meta.version}
            className={classes.narrow}
            {...form.getInputProps("version")}
            error={error("version")}
          />
        </Collapse>
        {connect.isError && !placed && (
          <div className={classes.gap}>
            <ErrorNotice error={connect.error} />
          </div>
        )}
        <div className={classes.buttons}>
          {onCancel !== undefined && (
            <Button variant="default" onClick={onCancel}>
              {common("action.cancel")}
            </Button>
          )}
          <Button
            type="submit"
            loading={connect.isPending}
            disabled={app_id.trim() === "" || (!keeps && (app_secret.trim() === "" || token.trim() === ""))}
          >
            {t("meta.connect.connect")}
          </Button>
        </div>
      </form>
    </Section>
  );
}
