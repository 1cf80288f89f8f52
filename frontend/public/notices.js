// The buttons of notifications in a browser: a page cannot have them, only its worker can (W3C Notifications, persistent
// notifications). It keeps nothing and fetches nothing; what was pressed is handed to an open page, which has the session.
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("notificationclick", (event) => {
  const { notification } = event;
  const { reminderId, prospectId, asks } = notification.data ?? {};
  const action = event.action === "" ? "open" : event.action;
  notification.close();
  const hand = async () => {
    const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
    const page = pages.find(({ focused }) => focused) ?? pages[0];
    if (page === undefined) {
      const place = prospectId === undefined ? "" : `#/prospectos/${encodeURIComponent(prospectId)}`;
      await self.clients.openWindow(`/${place}`);
      return;
    }
    // A browser that does not let it to the front is no reason to lose what was pressed.
    if (action === "open" || (action === "done" && asks)) await page.focus().catch(() => undefined);
    page.postMessage({ type: "notice", action, reminderId, prospectId });
  };
  event.waitUntil(hand());
});
