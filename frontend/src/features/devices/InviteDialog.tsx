import { Button, Modal, Select, Textarea } from "@mantine/core";
import { IconCopy } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { currentLanguage } from "@/locales/i18n";
import { answer, api } from "@/shared/api/client";
import type { Invitation } from "@/shared/api/types";
import { fullDate } from "@/shared/lib/dates";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { showDone, showError } from "@/shared/ui/undo-toast";
import classes from "./Devices.module.css";
import { type Decision, invitationsQuery, useDecision, useInvitation } from "./device-queries";
import { QrCode } from "./QrCode";

/** Brings a person's next computer in: whose, the invitation, then the six digits. */
export function InviteDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation("devices");
  return (
    <Modal opened={opened} onClose={onClose} title={t("invite.title")} size="lg">
      {opened && <Steps onClose={onClose} />}
    </Modal>
  );
}

function Steps({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("devices");
  const { t: words } = useTranslation("words");
  const users = useQuery({
    queryKey: ["users"],
    queryFn: () => answer(api.GET("/api/users")),
    select: ({ items }) => items.filter(({ active }) => active),
  });
  const [user, setUser] = useState<string | null>(null);
  const invite = useInvitation();
  if (invite.data !== undefined) return <Waiting made={invite.data} onClose={onClose} />;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (user !== null) invite.mutate(user);
      }}
    >
      <Select
        label={t("invite.whose")}
        description={t("invite.whoseHint")}
        data-autofocus
        searchable
        data={(users.data ?? []).map(({ id, name, role }) => ({
          value: id,
          label: `${name} · ${words(`role.${role}`)}`,
        }))}
        value={user}
        onChange={setUser}
      />
      <ErrorNotice error={invite.error ?? users.error} />
      <div className={classes.buttons}>
        <Button type="submit" disabled={user === null} loading={invite.isPending}>
          {t("invite.make")}
        </Button>
      </div>
    </form>
  );
}

/** The invitation, until somebody answers it; then what they show. */
function Waiting({ made, onClose }: { made: Invitation; onClose: () => void }) {
  const { t } = useTranslation("devices");
  const { t: common } = useTranslation();
  const invitations = useQuery(invitationsQuery);
  const decide = useDecision();
  const now = invitations.data?.find(({ id }) => id === made.id) ?? made;
  const settle = (decision: Decision, close: boolean) =>
    decide.mutate({ id: made.id, decision }, { onSuccess: () => close && onClose(), onError: showError });
  if (now.state === "waiting") {
    return (
      <div className={classes.center}>
        <p className={classes.lead}>
          {t("invite.arrived", { device: now.device_name, name: now.user_name })}
        </p>
        <Digits digits={now.digits} />
        <p className={classes.note}>{t("invite.compare")}</p>
        <div className={classes.buttons}>
          <Button variant="default" onClick={() => settle("refuse", true)}>
            {t("invite.refuse")}
          </Button>
          <Button onClick={() => settle("admit", false)} loading={decide.isPending}>
            {t("invite.admit")}
          </Button>
        </div>
      </div>
    );
  }
  if (now.state !== "open") {
    return (
      <div className={classes.center}>
        <p className={classes.lead}>
          {t(`invite.end.${now.state}` as never, { device: now.device_name }) as string}
        </p>
        <div className={classes.buttons}>
          <Button onClick={onClose} autoFocus>
            {common("action.close")}
          </Button>
        </div>
      </div>
    );
  }
  const text = made.text ?? "";
  return (
    <>
      <p className={classes.lead}>{t("invite.send", { name: made.user_name })}</p>
      <div className={classes.invitation}>
        <QrCode svg={made.qr_svg ?? ""} label={t("invite.qr")} className={classes.qr} />
        <div className={classes.text}>
          <Textarea label={t("invite.text")} readOnly autosize minRows={4} value={text} />
          <Button
            mt="xs"
            variant="default"
            leftSection={<IconCopy size={16} />}
            onClick={() =>
              navigator.clipboard.writeText(text).then(() => showDone(t("invite.copied")), showError)
            }
          >
            {common("action.copy")}
          </Button>
        </div>
      </div>
      <p className={classes.note}>
        {t("invite.until", { at: fullDate(new Date(made.expires_at), currentLanguage(), true) })}
      </p>
      <div className={classes.buttons}>
        <Button variant="default" onClick={() => settle("cancel", true)}>
          {t("invite.cancel")}
        </Button>
        <Button variant="subtle" onClick={onClose}>
          {t("invite.later")}
        </Button>
      </div>
    </>
  );
}

/** Six digits to read aloud. */
function Digits({ digits }: { digits: string }) {
  return (
    <p className={classes.digits}>
      <span>{digits.slice(0, 3)}</span>
      <span>{digits.slice(3)}</span>
    </p>
  );
}
