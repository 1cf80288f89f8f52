import { useTranslation } from "react-i18next";
import classes from "./Templates.module.css";
import type { Piece } from "./template-text";

/** A filled template as it will be read; what is missing stands out by its name. */
export function TemplatePreview({ pieces, label }: { pieces: readonly Piece[]; label: string }) {
  const { t, i18n } = useTranslation("templates");
  const word = (name: string) =>
    i18n.exists(`variable.${name}`, { ns: "templates" }) ? t(`variable.${name}` as never) : name;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would draw and space itself
    <div className={classes.preview} role="group" aria-label={label}>
      {pieces.map((piece, place) => {
        // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no name of their own and are drawn anew with each key
        if (piece.variable === undefined) return <span key={place}>{piece.text}</span>;
        const isMissing = piece.value.trim() === "";
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: as above
          <mark key={place} className={classes.value} data-missing={isMissing}>
            {isMissing ? t("missingMark", { name: word(piece.variable) }) : piece.value}
          </mark>
        );
      })}
    </div>
  );
}
