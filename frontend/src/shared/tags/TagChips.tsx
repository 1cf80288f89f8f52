import { useTranslation } from "react-i18next";
import type { Tag } from "@/shared/api/types";
import classes from "./Tags.module.css";
import { useTags } from "./tag-queries";

type TagChipsProps = {
  ids: readonly string[];
  /** Puts a cross on each that takes it off. */
  onRemove?: (tag: Tag) => void;
  wrap?: boolean;
};

/** A tag's colour, beside its name: never alone. */
export function TagDot({ color }: { color: string }) {
  return (
    <span
      className={classes.dot}
      aria-hidden
      style={color === "" ? undefined : { background: `var(--mantine-color-${color}-6)` }}
    />
  );
}

/** The tags that a prospect bears. */
export function TagChips({ ids, onRemove, wrap = false }: TagChipsProps) {
  const { t } = useTranslation("act");
  const known = useTags().filter(({ id }) => ids.includes(id));
  if (known.length === 0) return null;
  return (
    <span className={wrap ? `${classes.tags} ${classes.wrap}` : classes.tags}>
      {known.map((tag) => (
        <span key={tag.id} className={classes.tag} title={tag.name}>
          <TagDot color={tag.color} />
          <span className={classes.word}>{tag.name}</span>
          {onRemove !== undefined && (
            <button
              type="button"
              className={classes.remove}
              aria-label={t("tags.remove", { name: tag.name })}
              onClick={() => onRemove(tag)}
            >
              ×
            </button>
          )}
        </span>
      ))}
    </span>
  );
}
