import { useTranslation } from "react-i18next";
import type { Prospect } from "@/shared/api/types";
import { showDone } from "@/shared/ui/undo-toast";
import { isOpposed } from "./opposed";
import { firstPhone } from "./reach";

/**
 * Calls somebody or opens their chat, from a key or from the palette; where that cannot be it says why, for there is no button that
 * would be grey. True once they were approached.
 */
export function useReachOut(): (prospect: Prospect, by: (prospect: Prospect) => void) => boolean {
  const { t } = useTranslation("prospects");
  const { t: common } = useTranslation();
  return (prospect, by) => {
    const obstacle = obstacleOf(prospect);
    if (obstacle === null) by(prospect);
    else showDone(obstacle === "opposed" ? t("opposed") : common("phone.none"));
    return obstacle === null;
  };
}

/** Why nobody can be called: they asked not to be, or there is no number to dial. */
export function obstacleOf(prospect: Prospect): "opposed" | "no-phone" | null {
  if (isOpposed(prospect.contact)) return "opposed";
  return firstPhone(prospect) === undefined ? "no-phone" : null;
}
