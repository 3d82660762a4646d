/** What every test gets: a server, a page on it, the widget, and what the page said in its console. */
import { test as base } from '@playwright/test'
import { ReferenceServer } from './server'
import { Widget } from './widget'

export interface Settings {
  /** Flags of the reference server besides the usual ones. */
  serverFlags: string[]
}

interface Fixtures {
  server: ReferenceServer
  widget: Widget
  /** Errors, warnings and uncaught exceptions of the page. */
  complaints: string[]
}

export const test = base.extend<Settings & Fixtures>({
  serverFlags: [[], { option: true }],

  server: async ({ serverFlags }, use) => {
    const server = await ReferenceServer.start(serverFlags)
    await use(server)
    await server.dispose()
  },

  baseURL: async ({ server }, use) => use(server.origin),

  widget: async ({ page }, use) => use(new Widget(page)),

  complaints: [
    async ({ page }, use) => {
      const complaints: string[] = []
      page.on('console', (line) => {
        if (line.type() === 'error' || line.type() === 'warning') complaints.push(`${line.type()}: ${line.text()}`)
      })
      page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`))
      await use(complaints)
    },
    { auto: true },
  ],
})

export { expect } from '@playwright/test'

/** The question of the issue; its answer stands in docs/INTEGRATION.md. */
export const REACT_QUESTION = 'How do I embed the widget in React?'

/** A follow-up with an answer of its own. */
export const CSP_QUESTION = 'Which Content Security Policy does it need?'
