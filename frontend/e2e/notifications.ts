import type { Page } from "@playwright/test";

/** Notes the system's notifications instead of showing them, as a browser that was allowed to. */
export async function noteNotifications(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const notified: string[] = [];
    class Noted {
      static permission = "granted";
      constructor(title: string, { body }: { body: string }) {
        notified.push(`${title} | ${body}`);
      }
    }
    // Those with buttons are shown by the page's worker.
    const showNotification = async (title: string, { body }: { body: string }) => {
      notified.push(`${title} | ${body}`);
    };
    Object.assign(ServiceWorkerRegistration.prototype, { showNotification });
    Object.assign(window, { notified, Notification: Noted });
  });
}

/** What was announced since the page was loaded, oldest first: the title and the words under it. */
export const notified = (page: Page) =>
  page.evaluate(() => (window as unknown as { notified: string[] }).notified);
