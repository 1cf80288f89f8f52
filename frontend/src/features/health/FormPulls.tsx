import { Button, VisuallyHidden } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Health } from "@/shared/api/types";
import { faultSentence } from "@/shared/ui/fault-sentence";
import { RelativeDate } from "@/shared/ui/RelativeDate";
import { Section } from "@/shared/ui/Section";
import { Signal } from "@/shared/ui/Signal";
import table from "@/shared/ui/table.module.css";
import { showDone, showError } from "@/shared/ui/undo-toast";
import classes from "./Health.module.css";
import { useFormPull } from "./health-queries";

type FormPull = Health["forms"][number];

/** When each active form was last asked, and how it went; `wait` when the token lets none of them be asked. */
export function FormPulls({ forms, wait }: { forms: readonly FormPull[]; wait: boolean }) {
  const { t } = useTranslation("health");
  const active = forms.filter((form) => form.active);
  return (
    <Section title={t("forms.title")} hint={t("forms.hint")}>
      {active.length === 0 ? (
        <p className={classes.quiet}>{t("forms.none")}</p>
      ) : (
        <table className={table.table}>
          <thead>
            <tr>
              <th scope="col" className={classes.first}>
                {t("forms.form")}
              </th>
              <th scope="col">{t("forms.pulled")}</th>
              <th scope="col">{t("forms.state")}</th>
              <th scope="col">
                <VisuallyHidden>{t("forms.pull")}</VisuallyHidden>
              </th>
            </tr>
          </thead>
          <tbody>
            {active.map((form) => (
              <FormRow key={form.id} form={form} waits={wait} />
            ))}
          </tbody>
        </table>
      )}
    </Section>
  );
}

function FormRow({ form, waits }: { form: FormPull; waits: boolean }) {
  const { t } = useTranslation("health");
  const { t: common } = useTranslation();
  const pull = useFormPull();
  const isWell = form.problem === "";
  const level = isWell ? "ok" : "bad";
  const words = isWell ? t("forms.well") : faultSentence(form.problem, form.problem_args);
  return (
    <tr>
      <td>
        <span className={table.strong}>{form.name}</span>
        <span className={classes.quiet}>{form.page_name}</span>
      </td>
      <td className={classes.nowrap}>
        {form.pulled_at === null ? common("never") : <RelativeDate at={form.pulled_at} />}
      </td>
      <td>
        <span className={classes.state}>
          <Signal level={waits ? "unknown" : level} />
          {waits ? t("forms.waits") : words}
        </span>
      </td>
      <td className={table.end}>
        <Button
          size="compact-sm"
          variant="subtle"
          leftSection={<IconDownload size={16} />}
          loading={pull.isPending}
          onClick={() =>
            pull.mutate(form.id, {
              onSuccess: ({ registered, linked }) =>
                showDone(t("forms.pulledToast", { count: registered + linked })),
              onError: showError,
            })
          }
          aria-label={t("forms.pullOf", { name: form.name })}
        >
          {t("forms.pull")}
        </Button>
      </td>
    </tr>
  );
}
