import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useVocabulary } from "@/shared/api/vocabulary";
import { useShortcuts } from "@/shared/lib/keyboard";
import classes from "./Choices.module.css";
import { Digit } from "./Digit";
import { useWord } from "./use-word";
import { WhenPicker } from "./WhenPicker";
import type { When } from "./when-presets";

type CallOutcomeProps = {
  /** Digits choose while this is true; they stand out then. */
  active: boolean;
  /** `when` comes with "asked to be called later", which is not logged without it. */
  onPick: (result: string, when?: When) => void;
  /** It stands in something that closes when one clicks beside it; digits are not its own there. */
  nested?: boolean;
  /** It asks when to call again, in place of the results. */
  onAsk?: () => void;
};

/** How a call went, one digit each; "Pidió llamar después" asks when. */
export function CallOutcome({ active, onPick, nested = false, onAsk }: CallOutcomeProps) {
  const { t } = useTranslation("prospects");
  const word = useWord();
  const [asking, setAsking] = useState(false);
  const results = (useVocabulary()?.call_results ?? []).filter((code) => word("result", code) !== "");
  const pick = (result: string) => {
    if (result !== "call_later") return onPick(result);
    setAsking(true);
    onAsk?.();
  };
  const digits = results.map((result, index) => [String(index + 1), () => pick(result)] as const);
  useShortcuts(Object.fromEntries(digits), active && !asking);
  const back = () => setAsking(false);
  useShortcuts({ Escape: back }, asking && !nested);

  if (asking) {
    return (
      <WhenPicker
        active={!nested}
        nested={nested}
        label={t("call.when")}
        onPick={(when) => {
          setAsking(false);
          onPick("call_later", when);
        }}
      />
    );
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would draw and space itself
    <div className={classes.choices} data-active={active} role="group" aria-label={t("call.results")}>
      {results.map((result, index) => (
        <button
          key={result}
          type="button"
          className={classes.choice}
          data-autofocus={(nested && index === 0) || undefined}
          onClick={() => pick(result)}
        >
          {!nested && <Digit n={index + 1} />}
          {word("result", result)}
        </button>
      ))}
    </div>
  );
}
