import { useTranslation } from "react-i18next";
import classes from "./FormAnswers.module.css";

type FormAnswersProps = { answers: { label: string; values: string[] }[] };

/** What the person wrote into the form, question over answer. */
export function FormAnswers({ answers }: FormAnswersProps) {
  const { t } = useTranslation("prospects");
  if (answers.length === 0) return <p className={classes.none}>{t("answers.none")}</p>;
  return (
    <dl className={classes.answers}>
      {answers.map(({ label, values }) => (
        <div key={label} className={classes.answer}>
          <dt>{label}</dt>
          <dd>{values.join(", ") || "–"}</dd>
        </div>
      ))}
    </dl>
  );
}
