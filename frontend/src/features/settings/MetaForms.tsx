import { Button, Switch } from "@mantine/core";
import { IconArrowsShuffle, IconDownload } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { MetaForm, Pull } from "@/shared/api/types";
import { formatCount } from "@/shared/lib/text";
import { faultSentence } from "@/shared/ui/fault-sentence";
import { RelativeDate } from "@/shared/ui/RelativeDate";
import { Section } from "@/shared/ui/Section";
import { showDone, showError, undoableBy } from "@/shared/ui/undo-toast";
import classes from "./Meta.module.css";
import { MetaMappingDialog } from "./MetaMappingDialog";
import { useFormChange, useFormPull } from "./meta-queries";

/** The forms whose leads come in, and where each answer goes; `wait` when the token lets none of them be asked. */
export function MetaForms({ forms, wait }: { forms: readonly MetaForm[]; wait: boolean }) {
  const { t } = useTranslation("settings");
  const [mapped, setMapped] = useState<string | null>(null);
  const pages = [...new Set(forms.map(({ page_name }) => page_name))];
  return (
    <Section title={t("meta.forms.title")} hint={t("meta.forms.hint")}>
      {forms.length === 0 && <p className={classes.quiet}>{t("meta.forms.none")}</p>}
      {pages.map((page) => (
        <div key={page}>
          {pages.length > 1 && <h3 className={classes.group}>{page}</h3>}
          <ul className={classes.list}>
            {forms
              .filter(({ page_name }) => page_name === page)
              .map((form) => (
                <FormItem
                  key={form.id}
                  form={form}
                  waits={wait && form.active}
                  onMap={() => setMapped(form.id)}
                />
              ))}
          </ul>
        </div>
      ))}
      <MetaMappingDialog
        form={forms.find(({ id }) => id === mapped) ?? null}
        onClose={() => setMapped(null)}
      />
    </Section>
  );
}

function FormItem({ form, waits, onMap }: { form: MetaForm; waits: boolean; onMap: () => void }) {
  const { t } = useTranslation("settings");
  const { t: common } = useTranslation();
  const change = useFormChange();
  const pull = useFormPull();
  const tell = (result: Pull) => showDone(pullSentence(t, result));
  return (
    <li className={classes.item}>
      <span className={classes.words}>
        <span className={classes.name}>
          {form.name}
          {form.status !== "ACTIVE" && <span className={classes.quiet}> · {t("meta.forms.archived")}</span>}
        </span>
        <span className={classes.quiet}>
          {t("meta.forms.leads", { count: form.leads_count, shown: formatCount(form.leads_count) })} ·{" "}
          {form.pulled_at === null ? (
            t("meta.forms.neverPulled")
          ) : (
            <>
              {t("meta.forms.pulled")} <RelativeDate at={form.pulled_at} />
            </>
          )}
        </span>
        {form.inherited_from !== null && (
          <span className={classes.quiet}>{t("meta.forms.inherited", { name: form.inherited_name })}</span>
        )}
        {waits && <span className={classes.quiet}>{t("meta.forms.waits")}</span>}
        {form.problem !== "" && !waits && (
          <span className={classes.problem}>{faultSentence(form.problem, form.problem_args)}</span>
        )}
      </span>
      {form.questions.length > 0 && (
        <Button
          size="compact-sm"
          variant="subtle"
          leftSection={<IconArrowsShuffle size={16} />}
          onClick={onMap}
          aria-label={t("meta.forms.mapOf", { name: form.name })}
        >
          {t("meta.forms.map")}
        </Button>
      )}
      {form.active && (
        <Button
          size="compact-sm"
          variant="subtle"
          leftSection={<IconDownload size={16} />}
          loading={pull.isPending}
          onClick={() => pull.mutate(form.id, { onSuccess: tell, onError: showError })}
          aria-label={t("meta.forms.pullOf", { name: form.name })}
        >
          {t("meta.forms.pull")}
        </Button>
      )}
      <Switch
        checked={form.active}
        disabled={change.isPending}
        aria-label={t("meta.forms.read", { name: form.name })}
        onChange={({ currentTarget }) => {
          const active = currentTarget.checked;
          const back = () => change.mutateAsync({ id: form.id, active: !active });
          const send = () => change.mutateAsync({ id: form.id, active });
          undoableBy(send, common("saved"), back).catch(showError);
        }}
      />
    </li>
  );
}

type Translate = ReturnType<typeof useTranslation<"settings">>["t"];

/** One sentence for what a pull brought: new people first, then what needs a look. */
function pullSentence(t: Translate, { registered, linked, held, failed }: Pull): string {
  const arrived = registered + linked;
  const words = arrived === 0 ? t("meta.forms.nothingNew") : t("meta.forms.arrived", { count: arrived });
  return held + failed === 0 ? words : `${words} ${t("meta.forms.stuck", { count: held + failed })}`;
}
