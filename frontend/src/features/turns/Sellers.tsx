import { ActionIcon, Modal, NumberInput, Switch, VisuallyHidden } from "@mantine/core";
import { IconPencil } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/shared/api/client";
import type { SellerTurns } from "@/shared/api/types";
import { formatCount } from "@/shared/lib/text";
import { EditForm } from "@/shared/ui/EditForm";
import { EmptyState } from "@/shared/ui/EmptyState";
import { fieldError } from "@/shared/ui/fault-sentence";
import { Section } from "@/shared/ui/Section";
import table from "@/shared/ui/table.module.css";
import classes from "./Turns.module.css";
import { byId, useTurnChange } from "./turn-queries";
import { WeekEditor } from "./WeekEditor";
import { days, draftOf, hoursOf } from "./week-draft";

/** When each seller takes turns, and how many. */
export function Sellers({ sellers }: { sellers: readonly SellerTurns[] }) {
  const { t } = useTranslation("turns");
  const [edited, setEdited] = useState<SellerTurns | null>(null);
  const cap = (n: number) => (n === 0 ? t("seller.noCap") : formatCount(n));
  return (
    <Section title={t("seller.title")} hint={t("seller.hint")}>
      {sellers.length === 0 ? (
        <EmptyState title={t("seller.none")} hint={t("seller.noneHint")} />
      ) : (
        <div className={classes.scroll}>
          <table className={table.table}>
            <thead>
              <tr>
                <th scope="col">{t("seller.name")}</th>
                <th scope="col">{t("seller.now")}</th>
                <th scope="col">{t("seller.hours")}</th>
                <th scope="col">{t("seller.daily")}</th>
                <th scope="col">{t("seller.backlog")}</th>
                <th scope="col">
                  <VisuallyHidden>{t("actions")}</VisuallyHidden>
                </th>
              </tr>
            </thead>
            <tbody>
              {sellers.map((seller) => (
                <tr key={seller.user_id}>
                  <td className={table.strong}>{seller.name}</td>
                  <td className={seller.away === "" ? undefined : table.quiet}>
                    {seller.away === "" ? t("takesTurns") : t(`away.${seller.away}`)}
                  </td>
                  <td className={table.quiet}>
                    {t(seller.hours === null ? "seller.officeHours" : "seller.ownHours")}
                  </td>
                  <td>{cap(seller.daily_cap)}</td>
                  <td>{cap(seller.backlog_cap)}</td>
                  <td className={table.end}>
                    <ActionIcon
                      variant="subtle"
                      color="gray"
                      aria-label={t("seller.edit", { name: seller.name })}
                      title={t("seller.edit", { name: seller.name })}
                      onClick={() => setEdited(seller)}
                    >
                      <IconPencil size={16} stroke={1.6} aria-hidden />
                    </ActionIcon>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Modal
        opened={edited !== null}
        onClose={() => setEdited(null)}
        title={t("seller.dialog", { name: edited?.name ?? "" })}
      >
        {edited !== null && <Editor seller={edited} onClose={() => setEdited(null)} />}
      </Modal>
    </Section>
  );
}

const placed = ["daily_cap", "backlog_cap", ...days.map((day) => `hours.${day}`)];

function Editor({ seller, onClose }: { seller: SellerTurns; onClose: () => void }) {
  const { t } = useTranslation("turns");
  const change = useTurnChange();
  const { user_id, name } = seller;
  const [paused, setPaused] = useState(seller.paused);
  const [week, setWeek] = useState(() => draftOf(seller.hours));
  const [daily, setDaily] = useState(seller.daily_cap);
  const [backlog, setBacklog] = useState(seller.backlog_cap);
  const submit = () => {
    const body = {
      paused,
      daily_cap: daily,
      backlog_cap: backlog,
      ...(week === null ? { no_hours: true } : { hours: hoursOf(week) }),
    };
    const send = () => answer(api.PATCH("/api/turns/sellers/{id}", { ...byId(user_id), body }));
    change.mutate({ send, message: t("seller.saved", { name }) }, { onSuccess: onClose });
  };
  return (
    <EditForm
      onSubmit={submit}
      onCancel={onClose}
      save={t("save")}
      saving={change.isPending}
      error={change.error}
      fields={placed}
    >
      <Switch
        label={t("seller.pause")}
        description={t("seller.pauseHint")}
        checked={paused}
        onChange={({ currentTarget }) => setPaused(currentTarget.checked)}
      />
      <div>
        <p className={classes.label}>{t("seller.hours")}</p>
        <WeekEditor
          label={t("seller.hours")}
          words={{ none: t("seller.officeHours"), own: t("seller.ownHours") }}
          value={week}
          onChange={setWeek}
          error={change.error}
        />
      </div>
      <NumberInput
        label={t("seller.daily")}
        description={t("seller.capHint")}
        min={0}
        allowDecimal={false}
        value={daily}
        onChange={(value) => setDaily(Number(value))}
        error={fieldError(change.error, "daily_cap")}
      />
      <NumberInput
        label={t("seller.backlog")}
        description={t("seller.backlogHint")}
        min={0}
        allowDecimal={false}
        value={backlog}
        onChange={(value) => setBacklog(Number(value))}
        error={fieldError(change.error, "backlog_cap")}
      />
    </EditForm>
  );
}
