/** The five doors, each as a page that mounts and unmounts by it. */
import type { Page } from '@playwright/test'
import type { ChatHandle, ChatOptions } from '@miptech/chat'
import { addReact } from './react'
import type { ReferenceServer } from './server'

/** What can stand in an attribute. */
export type PlainOptions = Pick<ChatOptions, 'id' | 'tenantId' | 'apiUrl' | 'title' | 'open' | 'load' | 'position'>

/** What every door's page offers under `window.door`. */
export interface PageDoor {
  /** May be called again: the same widget, or that of another id. */
  mount(options: PlainOptions): unknown
  /** Undoes one `mount`. */
  unmount(id?: string): unknown
  handle(id?: string): ChatHandle | null
}

declare global {
  interface Window {
    door: PageDoor
  }
}

const MODULE = (body: string): string => `<script type="module">${body}</script>`

const REACT = `
  import { createElement, StrictMode } from 'react'
  import { createRoot } from 'react-dom/client'
  import { ChatWidget, useChatWidget } from '/dist/react.js'
  import { get } from '/dist/index.js'
  const roots = []
  const render = (element, id = 'default') => {
    const root = createRoot(document.createElement('div'))
    root.render(createElement(StrictMode, null, element))
    roots.push([id, root])
  }
  const unmount = (id = 'default') => {
    const at = roots.findLastIndex(([known]) => known === id)
    if (at >= 0) roots.splice(at, 1)[0][1].unmount()
  }`

export const DOORS = {
  'the script tag': `<script>
    const attribute = (name) => 'data-' + name.replaceAll(/[A-Z]/g, (letter) => '-' + letter.toLowerCase())
    window.door = {
      mount: (options) => new Promise((resolve) => {
        const tag = Object.assign(document.createElement('script'), { src: '/dist/loader.js', onload: resolve })
        for (const [name, value] of Object.entries(options)) tag.setAttribute(attribute(name), value)
        document.body.append(tag)
      }),
      unmount: (id) => window.MIPTechChat.get(id)?.destroy(),
      handle: (id) => window.MIPTechChat?.get(id) ?? null,
    }
  </script>`,
  'mount()': MODULE(`
    import { get, mount } from '/dist/index.js'
    window.door = { mount: (options) => void mount(options), unmount: (id) => get(id)?.destroy(), handle: (id) => get(id) ?? null }`),
  'the element': MODULE(`
    import '/dist/element.js'
    const kebab = (name) => name.replaceAll(/[A-Z]/g, (letter) => '-' + letter.toLowerCase())
    const find = (id = 'default') => [...document.querySelectorAll('miptech-chat')].findLast((element) => (element.id || 'default') === id)
    window.door = {
      mount(options) {
        const element = document.createElement('miptech-chat')
        for (const [name, value] of Object.entries(options)) element.setAttribute(kebab(name), value)
        document.body.append(element)
      },
      unmount: (id) => find(id)?.remove(),
      handle: (id) => find(id)?.handle ?? null,
    }`),
  'the React component': MODULE(`${REACT}
    window.door = {
      mount: (options) => render(createElement(ChatWidget, options), options.id),
      unmount,
      handle: (id) => get(id) ?? null,
    }`),
  'the React hook': MODULE(`${REACT}
    const controls = new Map()
    const Controls = ({ id }) => {
      controls.set(id, useChatWidget(id))
      return null
    }
    window.door = {
      // The one who asks stands before the one who mounts, as in a page whose button comes first.
      mount: (options) => render([createElement(Controls, { key: 'a', id: options.id }), createElement(ChatWidget, { key: 'b', ...options })], options.id),
      unmount,
      handle: (id) => controls.get(id)?.handle ?? null,
    }`),
} as const

export type DoorName = keyof typeof DOORS

/** Opens the page of a door; nothing is mounted there yet. */
export async function goToDoor(page: Page, server: ReferenceServer, name: DoorName, early = ''): Promise<void> {
  const imports = name.includes('React') ? await addReact(server) : ''
  await server.addPage(
    'five.html',
    `<!doctype html><html lang="en"><head><title>five doors</title><link rel="icon" href="data:,">${imports}</head><body>${early}${DOORS[name]}</body></html>`,
  )
  await page.goto('/five.html')
  await page.waitForFunction(() => !!window.door)
}
