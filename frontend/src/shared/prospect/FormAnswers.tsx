import { useTranslation } from "react-i18next";
import classes from "./FormAnswers.module.css";
import { typedName } from "./own-answers";

type FormAnswersProps = { answers: { name?: string; label: string; values: string[] }[] };

/** What the person wrote into the form, question over answer. */
export function FormAnswers({ answers }: FormAnswersProps) {
  const { t } = useTranslation("prospects");
  if (answers.length === 0) return <p className={classes.none}>{t("answers.none")}</p>;
  return (
    <dl className={classes.answers}>
      {answers.map((answer, place) => {
        const typed = typedName(answer);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a form may ask one thing twice, and its answers never move
          <div key={place} className={classes.answer}>
            <dt>{typed === undefined ? answer.label : t(`answers.typed.${typed}`)}</dt>
            <dd>{answer.values.join(", ") || "–"}</dd>
          </div>
        );
      })}
    </dl>
  );
}
