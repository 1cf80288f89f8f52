/** Does something once for many calls that come close together. */
export type Burst = {
  call: () => void;
  /** Forgets what waits. */
  stop: () => void;
};

/**
 * The first call acts at once, because somebody may be watching; what comes within `rest` ms of an action
 * is one more action at the end of them.
 */
export function burst(act: () => void, rest: number): Burst {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let again = false;
  const go = () => {
    again = false;
    timer = setTimeout(() => {
      timer = undefined;
      if (again) go();
    }, rest);
    act();
  };
  return {
    call: () => {
      if (timer === undefined) go();
      else again = true;
    },
    stop: () => {
      clearTimeout(timer);
      timer = undefined;
      again = false;
    },
  };
}
