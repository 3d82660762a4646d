/** The packed package, installed into sites of every usual kind and used there by a visitor. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { expect, REACT_QUESTION, test, WASM_PARTS } from '../e2e/fixtures'
import { ReferenceServer } from '../e2e/server'
import type { Widget } from '../e2e/widget'
import { Project } from './project'
import { Serving } from './serving'

/** What a visitor does once the panel is open, and what has to come of it. */
async function converse(widget: Widget, complaints: readonly string[]): Promise<void> {
  await expect(widget.panel).toBeVisible()
  await widget.askAndWait(REACT_QUESTION)
  await expect(widget.host).toHaveCount(1)
  expect(complaints).toEqual([])
}

/** The wasm came as a file of the site's own, under a name of its own or the package's. */
function fetchedWasm(page: Page): string[] {
  const fetched: string[] = []
  page.on('request', (request) => {
    if (request.url().endsWith('.wasm')) fetched.push(request.url())
  })
  return fetched
}

test('a plain page with one script tag', async ({ page, widget, server, complaints }) => {
  const project = await Project.install('packaging/tag')
  await server.addPages(project.folder)
  const html = await readFile(join(project.folder, 'index.html'), 'utf8')
  await server.addPage('index.html', html.replace('PLATFORM', server.origin))
  await page.goto('/')
  await widget.open()
  await converse(widget, complaints)
})

test('a plain page with a module', async ({ page, widget, server, complaints }) => {
  const project = await Project.install('packaging/module')
  await server.addPages(project.folder)
  await page.goto('/')
  await widget.open()
  await converse(widget, complaints)
})

for (const [site, description] of [
  ['vite', 'Vite with React 18 in StrictMode'],
  ['react-17', 'Vite with React 17 in StrictMode'],
] as const) {
  test(`${description}, built`, async ({ page, widget, server, complaints }) => {
    const project = await Project.install(`packaging/${site}`)
    expect(await project.script('build')).not.toMatch(/warn/i)
    await server.addPages(join(project.folder, 'dist'))
    const fetched = fetchedWasm(page)
    await page.goto('/')
    await page.getByRole('button', { name: 'Ask us (idle)' }).click()
    await converse(widget, complaints)
    await expect(page.getByRole('button', { name: 'Ask us (live)' })).toBeVisible()
    expect((await server.sockets()).size).toBe(1)
    await expect.poll(() => fetched).toHaveLength(WASM_PARTS)
  })
}

test('Vite with React 18 in StrictMode, served for development, keeps one socket through hot reloads', async ({ page, widget, complaints }) => {
  const project = await Project.install('packaging/vite')
  const site = await Serving.start(project.folder, 'node_modules/vite/bin/vite.js', '--host', '127.0.0.1', '--port', '0', '--clearScreen', 'false')
  const server = await ReferenceServer.start(['--allow-origin', site.origin])
  const source = join(project.folder, 'src/Site.jsx')
  const original = await readFile(source, 'utf8')
  try {
    await page.goto(`${site.origin}/?platform=${server.origin}`)
    await widget.open()
    await converse(widget, complaints)
    for (const name of ['one', 'two', 'three']) {
      // A watcher may overlook an edit that follows another at once, as it would an editor's.
      await expect(async () => {
        await writeFile(source, original.replace('A site built with Vite', `Edited ${name}`))
        await expect(page.getByRole('heading', { name: `Edited ${name}` })).toBeVisible({ timeout: 3_000 })
      }).toPass()
    }
    await expect(widget.question(REACT_QUESTION)).toHaveCount(1)
    await widget.askAndWait('And once more?')
    expect((await server.sockets()).size).toBe(1)
    expect(complaints).toEqual([])
  } finally {
    await writeFile(source, original)
    await site.stop()
    await server.dispose()
  }
})

test('Next with the app router: imported on the server, mounted in the browser', async ({ page, widget, complaints }) => {
  const project = await Project.install('packaging/next')
  expect(await project.script('build')).not.toMatch(/warn|error/i)
  const site = await Serving.start(project.folder, 'node_modules/next/dist/bin/next', 'start', '-H', '127.0.0.1', '-p', '0')
  const server = await ReferenceServer.start(['--allow-origin', site.origin])
  try {
    const delivered = await (await fetch(`${site.origin}/?platform=${server.origin}`)).text()
    expect(delivered).toContain('A site built with Next')
    expect(delivered).toContain('Ask us (<!-- -->idle')
    await page.goto(`${site.origin}/?platform=${server.origin}`)
    await page.getByRole('button', { name: 'Ask us (idle)' }).click()
    await converse(widget, complaints)
    expect((await server.sockets()).size).toBe(1)
  } finally {
    await site.stop()
    await server.dispose()
  }
})
