import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { leaveSession } from "@/shared/api/session";
import { JoinStep } from "./JoinStep";
import { SetupFrame } from "./SetupFrame";

/** Brings a computer that was the host once back into its office, by invitation. */
export function Rejoin({ onEnd }: { onEnd: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  return (
    <SetupFrame step="join" foot={t("product")}>
      <JoinStep
        onBack={onEnd}
        onReady={() => {
          leaveSession();
          onEnd();
          void client.invalidateQueries();
        }}
      />
    </SetupFrame>
  );
}
