import { useMemo } from "react";

/** What a drawing of ours consists of: its box and the outline of its dark squares. */
type Drawing = { box: string; outline: string };

/** Reads the drawing the program made, whose last path is what is dark; anything else is no drawing of ours. */
function readDrawing(svg: string): Drawing | null {
  const document = new DOMParser().parseFromString(svg, "image/svg+xml");
  const box = document.documentElement.getAttribute("viewBox");
  const outline = [...document.querySelectorAll("path")].at(-1)?.getAttribute("d") ?? null;
  return box === null || outline === null ? null : { box, outline };
}

/** A QR code, dark on light whatever the theme: cameras expect it so. */
export function QrCode({
  svg,
  label,
  className,
}: {
  svg: string;
  label: string;
  className: string | undefined;
}) {
  const drawing = useMemo(() => readDrawing(svg), [svg]);
  if (drawing === null) return null;
  return (
    <svg
      viewBox={drawing.box}
      role="img"
      aria-label={label}
      className={className}
      shapeRendering="crispEdges"
    >
      <rect width="100%" height="100%" fill="white" />
      <path d={drawing.outline} fill="black" />
    </svg>
  );
}
