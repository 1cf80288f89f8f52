import { AppError, toAppError } from "@/shared/api/app-error";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import classes from "./SignIn.module.css";

type SignInFaultProps = {
  fault: unknown;
  /** Seconds still to wait, as counted on screen; 0 when trying is allowed again. */
  seconds: number;
};

/** Why the door stayed shut. The sentence about waiting counts down and goes away when the wait is over. */
export function SignInFault({ fault, seconds }: SignInFaultProps) {
  if (fault === null) return null;
  const { code } = toAppError(fault);
  if (code === "account.wait" && seconds === 0) return null;
  const shown = seconds > 0 ? new AppError("account.wait", { seconds }) : fault;
  return (
    <div className={classes.fault}>
      <ErrorNotice error={shown} />
    </div>
  );
}
