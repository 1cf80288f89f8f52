import { Button } from "@mantine/core";
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/shared/api/client";
import { useIsAdmin } from "@/shared/api/me";
import type { TurnPreview } from "@/shared/api/types";
import { formatCount } from "@/shared/lib/text";
import { countWords, mostCounted } from "@/shared/ui/count";
import { showError, undoable } from "@/shared/ui/undo-toast";
import classes from "./TrayBanner.module.css";

/** How many open prospects have no seller, and why. Administrators only. */
const trayQuery = queryOptions({
  queryKey: ["tray"],
  queryFn: () => answer(api.GET("/api/tray")),
});

type Reason = Exclude<TurnPreview["reason"], "">;

/** Tells an administrator what waits without a seller and shares it out. Draws nothing when nothing waits. */
export function TrayBanner() {
  const isAdmin = useIsAdmin();
  const tray = useQuery({ ...trayQuery, enabled: isAdmin }).data;
  if (!isAdmin || tray === undefined || tray.count === 0) return null;
  return <Banner count={tray.count} why={mostFrequent(tray.reasons)} />;
}

/** The reason that most wait for; none when most were put there by somebody. */
function mostFrequent(reasons: Record<string, number>): Reason | undefined {
  const [first] = Object.entries(reasons).sort(([, a], [, b]) => b - a);
  return first === undefined || first[0] === "" ? undefined : (first[0] as Reason);
}

function Banner({ count, why }: { count: number; why: Reason | undefined }) {
  const { t } = useTranslation("turns");
  const client = useQueryClient();
  const share = useMutation({
    mutationFn: () =>
      undoable(
        () => answer(api.POST("/api/tray/share")),
        ({ given, left, reason }) => {
          const words = [
            given === 0 ? t("tray.none") : t("tray.given", { count: given, n: formatCount(given) }),
          ];
          if (given > 0 && left > 0)
            words.push(t("tray.left", { count: left, n: countWords(left, mostCounted.rows) }));
          if (left > 0 && reason !== "") words.push(`${t(`away.${reason}`)}.`);
          return words.join(" ");
        },
      ),
    onError: showError,
    onSettled: () => {
      for (const family of ["tray", "prospects", "turns"]) {
        void client.invalidateQueries({ queryKey: [family] });
      }
    },
  });
  return (
    <section className={classes.banner} aria-label={t("tray.label")}>
      <span className={classes.words}>
        <span className={classes.strong}>
          {t("tray.count", { count, n: countWords(count, mostCounted.rows) })}
        </span>
        {why !== undefined && <span className={classes.quiet}> · {t(`away.${why}`)}</span>}
      </span>
      <Button
        size="xs"
        variant="subtle"
        renderRoot={(props) => <Link to="/prospectos" search={{ seller: "none" }} {...props} />}
      >
        {t("tray.see")}
      </Button>
      <Button size="xs" loading={share.isPending} onClick={() => share.mutate()}>
        {t("tray.share")}
      </Button>
    </section>
  );
}
