/** The height of what stands at the foot of the screen; toasts keep above it (see app/providers). */
const property = "--sg-foot";

/** As a ref: keeps toasts off a bar at the foot of the screen for as long as it is there. */
export function keepToastsAbove(bar: HTMLElement | null): (() => void) | undefined {
  if (bar === null) return;
  const { style } = document.documentElement;
  // At 200 % zoom, and with longer words, the bar has more lines.
  const observer = new ResizeObserver(() => style.setProperty(property, `${bar.offsetHeight}px`));
  observer.observe(bar);
  return () => {
    observer.disconnect();
    style.removeProperty(property);
  };
}
