/** How the end-to-end tests run: against the real reference server, in the Chromium that is installed. */
import { fileURLToPath } from 'node:url'
import { defineConfig } from '@playwright/test'
import type { Settings } from './fixtures'

const TIMED = /startup\.spec/

export default defineConfig<Settings>({
  testDir: fileURLToPath(new URL('.', import.meta.url)),
  outputDir: fileURLToPath(new URL('../../target/e2e', import.meta.url)),
  fullyParallel: true,
  forbidOnly: true,
  workers: 2,
  retries: 0,
  reporter: 'list',
  timeout: 60_000,
  expect: {
    timeout: 15_000,
    toHaveScreenshot: {
      pathTemplate: fileURLToPath(new URL('../../docs/gallery/{arg}{ext}', import.meta.url)),
      stylePath: fileURLToPath(new URL('gallery.css', import.meta.url)),
      animations: 'disabled',
      caret: 'hide',
      scale: 'css',
      // What the edges of letters and curves may differ by from one build of a browser to the next: less than a letter.
      maxDiffPixels: 40,
    },
  },
  // What is timed beside a plain page comes last, when at most one other test still keeps the second processor busy.
  projects: [{ name: 'e2e', testIgnore: TIMED }, { name: 'timed', testMatch: TIMED }],
  // A picture that is missing is a fault; `npm run gallery` draws it.
  updateSnapshots: 'none',
  use: {
    trace: 'retain-on-failure',
    locale: 'en-GB',
    viewport: { width: 1280, height: 800 },
    launchOptions: {
      ...(process.env['CHROMIUM'] ? { executablePath: process.env['CHROMIUM'] } : {}),
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
})
