import { Button } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Health, HealthItem } from "@/shared/api/types";
import { formatBytes } from "@/shared/lib/text";
import { faultSentence } from "@/shared/ui/fault-sentence";
import { Section } from "@/shared/ui/Section";
import { Signal } from "@/shared/ui/Signal";
import { showError } from "@/shared/ui/undo-toast";
import classes from "./Health.module.css";
import { knownItem, needsAttention, numberArg } from "./health-items";
import { useRecheck } from "./health-queries";

/** What needs a person now, worst first; one line when nothing does. */
export function Attention({ health }: { health: Health }) {
  const { t } = useTranslation("health");
  const items = needsAttention(health.items);
  if (items.length === 0) {
    return (
      <div className={classes.well} role="status">
        <Signal level="ok" />
        <span>
          <strong>{t("well.title")}</strong>
          <span className={classes.quiet}>{t("well.body")}</span>
        </span>
      </div>
    );
  }
  return (
    <Section title={t("attention.title", { count: items.length })}>
      <ul className={classes.items}>
        {items.map((item, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the same code may come once for each form
          <Item key={`${item.code} ${index}`} item={item} />
        ))}
      </ul>
    </Section>
  );
}

function Item({ item }: { item: HealthItem }) {
  const { t } = useTranslation("health");
  const code = knownItem(item.code);
  const { problem } = item.args;
  const values = {
    ...item.args,
    // Sentences count one thing each: leads, or days until the token ends.
    count: numberArg(item, item.args.days === undefined ? "count" : "days", 1),
    size: formatBytes(numberArg(item, "bytes", 0)),
  };
  return (
    <li className={classes.item}>
      <Signal level={item.level} />
      <span className={classes.words}>
        <span className={classes.itemTitle}>
          {code === undefined ? t("item.other.title") : t(`item.${code}.title`, values)}
        </span>
        <span className={classes.quiet}>
          {typeof problem === "string" && problem !== ""
            ? faultSentence(problem, item.args)
            : code === undefined
              ? t("item.other.body")
              : t(`item.${code}.body`, values)}
        </span>
      </span>
      <ItemAction item={item} />
    </li>
  );
}

/** The one thing to do about it. */
function ItemAction({ item }: { item: HealthItem }) {
  const { t } = useTranslation("health");
  const navigate = useNavigate();
  const recheck = useRecheck();
  const { action, code } = item;
  if (action === "retry") {
    return (
      <Button
        variant="default"
        loading={recheck.isPending}
        onClick={() => recheck.mutate(undefined, { onError: showError })}
      >
        {t("action.retry")}
      </Button>
    );
  }
  if (action === "reconnect" || action === "open_meta") {
    return (
      <Button variant="default" onClick={() => void navigate({ to: "/ajustes/meta" })}>
        {t(`action.${action}`)}
      </Button>
    );
  }
  if (action === "open_backup") {
    return (
      <Button variant="default" onClick={() => void navigate({ to: "/ajustes/respaldo" })}>
        {t("action.open_backup")}
      </Button>
    );
  }
  if (action === "open_relay") {
    return (
      <Button variant="default" onClick={() => void navigate({ to: "/ajustes/relevo" })}>
        {t("action.open_relay")}
      </Button>
    );
  }
  if (action === "open_leads") {
    return (
      <Button
        variant="default"
        onClick={() => document.getElementById(code.replace(".", "-"))?.scrollIntoView()}
      >
        {t("action.open_leads")}
      </Button>
    );
  }
  return null;
}
