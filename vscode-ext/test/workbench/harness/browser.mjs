// The system's Chromium, without a window.

import { playwright } from './tools.mjs';

/** Starts it. */
export function chromium() {
  return playwright.chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync',
    ],
  });
}
