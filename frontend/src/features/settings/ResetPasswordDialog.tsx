import { Button, Modal, PasswordInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { User } from "@/shared/api/types";
import { errorSentence } from "@/shared/ui/fault-sentence";
import { showDone } from "@/shared/ui/undo-toast";
import classes from "./Settings.module.css";
import { usePasswordReset } from "./user-queries";

type ResetPasswordDialogProps = {
  /** Whose password; `null` keeps the dialog closed. */
  user: User | null;
  onClose: () => void;
};

/** Gives someone a new password, for instance when they forgot theirs. */
export function ResetPasswordDialog({ user, onClose }: ResetPasswordDialogProps) {
  const { t } = useTranslation("settings");
  return (
    <Modal opened={user !== null} onClose={onClose} title={t("users.resetOf", { name: user?.name ?? "" })}>
      {user !== null && <ResetForm user={user} onClose={onClose} />}
    </Modal>
  );
}

function ResetForm({ user, onClose }: { user: User; onClose: () => void }) {
  const { t } = useTranslation("settings");
  const { t: common } = useTranslation();
  const [password, setPassword] = useState("");
  const reset = usePasswordReset();
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        reset.mutate(
          { id: user.id, password },
          {
            onSuccess: () => {
              showDone(t("users.resetToast", { name: user.name }));
              onClose();
            },
          },
        );
      }}
    >
      <PasswordInput
        label={t("password.new")}
        description={t("users.resetHint")}
        autoComplete="new-password"
        data-autofocus
        value={password}
        onChange={({ currentTarget }) => setPassword(currentTarget.value)}
        error={reset.isError ? errorSentence(reset.error) : undefined}
      />
      <div className={classes.buttons}>
        <Button variant="default" onClick={onClose}>
          {common("action.cancel")}
        </Button>
        <Button type="submit" loading={reset.isPending} disabled={password === ""}>
          {t("users.reset")}
        </Button>
      </div>
    </form>
  );
}
