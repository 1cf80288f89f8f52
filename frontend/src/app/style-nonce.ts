/** Nonce of the content policy's style-src, written into index.html by whoever serves it; "" when nobody did. */
export function styleNonce(): string {
  const value = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";
  return value.startsWith("__") ? "" : value;
}
