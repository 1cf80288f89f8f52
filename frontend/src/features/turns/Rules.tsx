import { Button } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/shared/api/client";
import type { SellerGroup, TurnRule } from "@/shared/api/types";
import { EditAndRemove, IconButton } from "@/shared/ui/RowActions";
import { Section } from "@/shared/ui/Section";
import { showError } from "@/shared/ui/undo-toast";
import { RuleDialog } from "./RuleDialog";
import classes from "./Turns.module.css";
import { byId, useTurnChange } from "./turn-queries";

type RulesProps = { rules: readonly TurnRule[]; groups: readonly SellerGroup[] };

/** Which group takes turns for which leads: the first rule that fits decides. */
export function Rules({ rules, groups }: RulesProps) {
  const { t } = useTranslation("turns");
  const [edited, setEdited] = useState<TurnRule | "new" | null>(null);
  const change = useTurnChange();
  const swap = (index: number, step: number) => {
    const ids = rules.map(({ id }) => id);
    const [moved] = ids.splice(index, 1);
    // Not switched off meanwhile, which would take the keyboard away from the button.
    if (moved === undefined || change.isPending) return;
    ids.splice(index + step, 0, moved);
    change.mutate(
      { send: () => answer(api.PUT("/api/turns/rules", { body: { ids } })), message: t("rule.ordered") },
      { onError: showError },
    );
  };
  const remove = ({ id, name }: TurnRule) =>
    change.mutate(
      {
        send: () => answer(api.DELETE("/api/turns/rules/{id}", byId(id))),
        message: t("rule.removed", { name }),
      },
      { onError: showError },
    );
  return (
    <Section
      title={t("rule.title")}
      hint={t("rule.hint")}
      actions={
        <Button
          variant="default"
          leftSection={<IconPlus size={16} aria-hidden />}
          onClick={() => setEdited("new")}
        >
          {t("rule.new")}
        </Button>
      }
    >
      {rules.length === 0 && <p className={classes.quiet}>{t("rule.none")}</p>}
      <ol className={classes.list}>
        {rules.map((rule, index) => (
          <li key={rule.id} className={classes.row}>
            <span className={classes.words}>
              <span className={classes.strong}>
                {rule.name}
                {!rule.active && <span className={classes.quiet}> · {t("rule.off")}</span>}
              </span>
              <Sentence rule={rule} groups={groups} />
            </span>
            <IconButton
              icon={IconArrowUp}
              label={t("rule.up", { name: rule.name })}
              disabled={index === 0}
              onClick={() => swap(index, -1)}
            />
            <IconButton
              icon={IconArrowDown}
              label={t("rule.down", { name: rule.name })}
              disabled={index === rules.length - 1}
              onClick={() => swap(index, 1)}
            />
            <EditAndRemove
              edit={t("edit", { name: rule.name })}
              remove={t("remove", { name: rule.name })}
              onEdit={() => setEdited(rule)}
              onRemove={() => remove(rule)}
            />
          </li>
        ))}
      </ol>
      <RuleDialog rule={edited} groups={groups} onClose={() => setEdited(null)} />
    </Section>
  );
}

/** "Formulario Norte · Ciudad Puebla → Equipo norte". */
function Sentence({ rule, groups }: { rule: TurnRule; groups: readonly SellerGroup[] }) {
  const { t } = useTranslation("turns");
  const conditions = [
    [t("source.form"), rule.form_name || rule.form_id],
    [t("source.campaign"), rule.campaign_name || rule.campaign_id],
    [t("source.page"), rule.page_name || rule.page_id],
    [t("source.city"), rule.cities],
  ].filter(([, value]) => value !== "");
  const what = conditions.map(([word, value]) => `${word}: ${value}`).join(" · ") || t("rule.rest");
  const who = groups.find(({ id }) => id === rule.group_id)?.name ?? t("everybody");
  const isStrict = rule.otherwise === "tray" && conditions.length > 0;
  return (
    <span className={classes.quiet}>
      {what} → {who}
      {isStrict && ` · ${t("rule.orTray")}`}
    </span>
  );
}
