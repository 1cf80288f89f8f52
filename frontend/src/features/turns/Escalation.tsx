import { Button, NumberInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/shared/api/client";
import type { OfficeTurns } from "@/shared/api/types";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { fieldError, isElsewhere } from "@/shared/ui/fault-sentence";
import { Section } from "@/shared/ui/Section";
import classes from "./Turns.module.css";
import { useTurnChange } from "./turn-queries";

const fields = ["remind_after", "notify_after", "reassign_after", "most_hops"] as const;

/** How often a prospect is passed on at most, as backend/crm bounds it. */
const mostHops = 2;

/** What happens when nobody attends, in minutes of working time. */
export function Escalation({ office }: { office: OfficeTurns }) {
  const { t } = useTranslation("turns");
  const change = useTurnChange();
  const { remind_after, notify_after, reassign_after, most_hops } = office;
  const form = useForm({ initialValues: { remind_after, notify_after, reassign_after, most_hops } });
  return (
    <Section title={t("late.title")} hint={t("late.hint")}>
      <form
        className={classes.stack}
        onSubmit={form.onSubmit((body) =>
          change.mutate(
            { send: () => answer(api.PATCH("/api/turns", { body })), message: t("late.saved") },
            { onSuccess: form.reset },
          ),
        )}
        noValidate
      >
        <div className={classes.fields}>
          {fields.map((field) => {
            const { onChange, ...input } = form.getInputProps(field);
            return (
              <NumberInput
                key={field}
                className={classes.field ?? ""}
                label={t(`late.${field}`)}
                min={0}
                {...(field === "most_hops" && { max: mostHops })}
                allowDecimal={false}
                {...input}
                onChange={(value) => onChange(Number(value))}
                error={fieldError(change.error, field)}
              />
            );
          })}
        </div>
        {isElsewhere(change.error, fields) && <ErrorNotice error={change.error} />}
        <Button
          className={classes.start ?? ""}
          type="submit"
          variant="default"
          disabled={!form.isDirty()}
          loading={change.isPending}
        >
          {t("late.save")}
        </Button>
      </form>
    </Section>
  );
}
