import { Button, Group, Modal, Radio, Select, Stack, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { User } from "@/shared/api/types";
import { formatCount } from "@/shared/lib/text";
import { countWords, mostCounted } from "@/shared/ui/count";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import classes from "./Settings.module.css";
import { openProspectsQuery, usePassOn, usersQuery } from "./user-queries";

type PassOnDialogProps = { user: User | null; onClose: () => void };

/** Asks who gets the open prospects of somebody who leaves, or who has too many. */
export function PassOnDialog({ user, onClose }: PassOnDialogProps) {
  const { t } = useTranslation("settings");
  return (
    <Modal
      opened={user !== null}
      onClose={onClose}
      title={t("passOn.title", { name: user?.name ?? "" })}
      size="sm"
    >
      {user !== null && <PassOnForm user={user} onClose={onClose} />}
    </Modal>
  );
}

function PassOnForm({ user, onClose }: { user: User; onClose: () => void }) {
  const { t } = useTranslation("settings");
  const { t: common } = useTranslation();
  const open = useQuery(openProspectsQuery(user.id));
  const sellers = (useQuery(usersQuery).data ?? []).filter(
    ({ id, role, active }) => role === "seller" && active && id !== user.id,
  );
  const [how, setHow] = useState("turn");
  const [to, setTo] = useState<string | null>(null);
  const [reason, setReason] = useState(user.active ? "" : t("passOn.left"));
  const passOn = usePassOn();
  const count = open.data?.open ?? 0;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    passOn.mutate(
      {
        id: user.id,
        body: {
          owner_id: how === "seller" ? (to ?? "") : "",
          by_turn: how === "turn",
          reason: reason.trim(),
        },
        said: ({ given, tray, left }) => {
          const parts = [
            given > 0 && t("passOn.given", { count: given, n: formatCount(given) }),
            tray > 0 && t("passOn.tray", { count: tray, n: formatCount(tray) }),
            left > 0 && t("passOn.stillLeft", { count: left, n: countWords(left, mostCounted.rows) }),
          ].filter((part) => part !== false);
          return parts.length === 0 ? t("passOn.none", { name: user.name }) : parts.join(" ");
        },
      },
      { onSuccess: onClose },
    );
  };
  if (open.error !== null) return <ErrorNotice error={open.error} onRetry={() => void open.refetch()} />;
  if (open.data === undefined) return null;
  if (count === 0) {
    return (
      <>
        <p>{t("passOn.none", { name: user.name })}</p>
        <div className={classes.buttons}>
          <Button variant="default" onClick={onClose}>
            {common("action.close")}
          </Button>
        </div>
      </>
    );
  }
  return (
    <form onSubmit={submit} noValidate>
      <p>{t("passOn.has", { count, n: countWords(count, mostCounted.rows), name: user.name })}</p>
      <Radio.Group value={how} onChange={setHow} label={t("passOn.how")}>
        <Stack gap={8} my="sm">
          <Radio value="turn" label={t("passOn.byTurn")} size="sm" data-autofocus />
          <Radio value="seller" label={t("passOn.toSeller")} size="sm" disabled={sellers.length === 0} />
          <Radio value="tray" label={t("passOn.toTray")} size="sm" />
        </Stack>
      </Radio.Group>
      {how === "seller" && (
        <Select
          label={t("passOn.who")}
          data={sellers.map(({ id, name }) => ({ value: id, label: name }))}
          value={to}
          onChange={setTo}
          mb="sm"
        />
      )}
      <TextInput
        label={t("passOn.reason")}
        description={t("passOn.reasonHint")}
        autoComplete="off"
        maxLength={300}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      {passOn.isError && (
        <div className={classes.gap}>
          <ErrorNotice error={passOn.error} />
        </div>
      )}
      <Group justify="flex-end" gap="xs" mt="md">
        <Button variant="default" onClick={onClose}>
          {t("passOn.later")}
        </Button>
        <Button
          type="submit"
          loading={passOn.isPending}
          disabled={reason.trim() === "" || (how === "seller" && to === null)}
        >
          {t("passOn.confirm")}
        </Button>
      </Group>
    </form>
  );
}
