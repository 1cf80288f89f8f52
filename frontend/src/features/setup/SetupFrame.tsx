import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Brand } from "@/shared/ui/Brand";
import { CentredCard } from "@/shared/ui/CentredCard";
import classes from "./Setup.module.css";
import { type SetupStep, setupSteps } from "./setup-values";

type SetupFrameProps = { step: SetupStep; foot: string; children: ReactNode };

/** The card of the wizard with its four marks of progress. */
export function SetupFrame({ step, foot, children }: SetupFrameProps) {
  const { t } = useTranslation("setup");
  const at = (setupSteps as readonly SetupStep[]).indexOf(step);
  return (
    <CentredCard foot={foot}>
      <div className={classes.head}>
        <Brand />
        {at >= 0 && (
          <div className={classes.progress}>
            <span>{t("progress", { step: at + 1, of: setupSteps.length })}</span>
            <span className={classes.marks} aria-hidden>
              {setupSteps.map((name, index) => (
                <span key={name} className={classes.mark} data-done={index <= at} />
              ))}
            </span>
          </div>
        )}
      </div>
      {children}
    </CentredCard>
  );
}
