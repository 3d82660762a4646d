/** How `cargo xtask bench` runs: one page at a time, in the Chromium that is installed, as the end-to-end tests do. */
import { fileURLToPath } from 'node:url'
import { defineConfig } from '@playwright/test'
import shared from '../e2e/playwright.config'

export default defineConfig({
  testDir: fileURLToPath(new URL('.', import.meta.url)),
  testMatch: '*.bench.ts',
  outputDir: fileURLToPath(new URL('../../target/bench/playwright', import.meta.url)),
  workers: 1,
  reporter: 'line',
  // A measurement takes as long as it takes.
  timeout: 0,
  use: { ...shared.use, trace: 'off' },
})
