/** How the packaging tests run: as the end-to-end tests do, with time for bundlers. */
import { fileURLToPath } from 'node:url'
import { defineConfig } from '@playwright/test'
import type { Settings } from '../e2e/fixtures'
import common from '../e2e/playwright.config'

export default defineConfig<Settings>({
  ...common,
  testDir: fileURLToPath(new URL('.', import.meta.url)),
  outputDir: fileURLToPath(new URL('../../target/packages/results', import.meta.url)),
  // One after the other: sites of one kind share a folder, and bundlers use all the machine has.
  fullyParallel: false,
  workers: 1,
  // Installing and bundling is most of it.
  timeout: 420_000,
})
