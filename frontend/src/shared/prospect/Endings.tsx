import { useCallback, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { CallOutcome } from "./CallOutcome";
import classes from "./Choices.module.css";
import { endingsOf } from "./endings";
import { useWord } from "./use-word";
import type { When } from "./when-presets";

type EndingsProps = {
  kind: string;
  /** `when` comes with "asked to be called later", which is not logged without it. */
  onPick: (result: string, when?: When) => void;
};

/** How a planned step ended, where its kind has words for it; the first answer has the keyboard, also of a list that opens with it. */
export function Endings({ kind, onPick }: EndingsProps) {
  const { t } = useTranslation("prospects");
  const word = useWord();
  const box = useRef<HTMLDivElement>(null);
  const focusFirst = useCallback(() => box.current?.querySelector("button")?.focus(), []);
  useEffect(focusFirst, [focusFirst]);
  return (
    <div ref={box}>
      {kind === "call" ? (
        <CallOutcome active={false} nested onPick={onPick} onAsk={() => requestAnimationFrame(focusFirst)} />
      ) : (
        // biome-ignore lint/a11y/useSemanticElements: a fieldset would draw and space itself
        <div className={classes.choices} role="group" aria-label={t("results")}>
          {endingsOf(kind).map((result, index) => (
            <button
              key={result}
              type="button"
              className={classes.choice}
              data-autofocus={index === 0 || undefined}
              onClick={() => onPick(result)}
            >
              {word("result", result)}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
