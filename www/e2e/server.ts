/** A reference server of its own for every test: a free port, a fresh database, faults and the inspect log switched on. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** The folder `www`, with its own trailing slash. */
export const WWW: string = fileURLToPath(new URL('..', import.meta.url))

/** The tenant every test uses unless it says otherwise. */
export const TENANT = 'miptech-company'

export interface HttpEntry {
  kind: 'http'
  method: string
  path_and_query: string
  headers: Record<string, string>
  tenant_id: string | null
  authorization: string | null
  body: string
  status: number | null
}

export type SocketEntry = { kind: 'socket'; socket: number } & (
  | { event: 'open'; query: string }
  | { event: 'frame_in' | 'frame_out'; text: string }
  | { event: 'close'; code: number }
)

/** A rule of `POST /__faults` (docs/REFERENCE_SERVER.md). */
export type FaultRule = { on: string; times?: number } & Record<string, unknown>

/** Someone with an account, as the platform told it on registration. */
export interface Person {
  email: string
  password: string
  id: string
  access: string
  refresh: string
  /** The user as JSON, as it is kept under the third key. */
  user: string
}

/** The keys the brief names for the account. */
export const ACCOUNT_KEYS = { access: 'miptech_access_token', refresh: 'miptech_refresh_token', user: 'miptech_user' } as const

export type LogEntry = HttpEntry | SocketEntry

/** A message as the server stored it. */
export interface StoredMessage {
  id: string
  role: string
  content: string
  client_message_id?: string
}

interface Signed {
  access_token: string
  refresh_token: string
  user: { id: string }
}

const nameOf = ({ method, path_and_query }: HttpEntry): string => `${method} ${path_and_query.split('?')[0]}`

export class ReferenceServer {
  /** `http://127.0.0.1:PORT`; the same after every restart. */
  origin = ''
  private child: ChildProcess | undefined
  private complaints = ''

  private constructor(
    private readonly folder: string,
    private readonly flags: readonly string[],
  ) {}

  static async start(flags: readonly string[] = []): Promise<ReferenceServer> {
    const server = new ReferenceServer(await mkdtemp(join(tmpdir(), 'miptech-e2e-')), flags)
    await cp(join(WWW, 'demo'), server.pages, { recursive: true })
    await server.launch('127.0.0.1:0')
    return server
  }

  /**
   * Puts a page of a test's own beside those of the demo.
   * A page that Playwright makes up has no address, and Chromium does not let such a page reach this machine.
   */
  async addPage(name: string, html: string): Promise<void> {
    await writeFile(join(this.pages, name), html)
  }

  /** Puts a whole site beside the pages of the demo, in place of those of the same names. */
  async addPages(folder: string): Promise<void> {
    await cp(folder, this.pages, { recursive: true })
  }

  /** The address of a page on which nothing is mounted yet. */
  async barePage(): Promise<string> {
    const head = '<title>bare</title><link rel="icon" href="data:,"><script src="/dist/loader.js" data-manual></script>'
    await this.addPage('bare.html', `<!doctype html><html lang="en"><head>${head}</head><body></body></html>`)
    return '/bare.html'
  }

  /** Starts the ended server anew on the same port and database, with more flags if told. */
  async restart(more: readonly string[] = []): Promise<void> {
    await this.launch(new URL(this.origin).host, more)
  }

  /** Ends the process and waits until it is gone. */
  async stop(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.child
    this.child = undefined
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill(signal)
    await gone
  }

  /** Ends the process this object started, and nothing else; then its files. */
  async dispose(): Promise<void> {
    await this.stop('SIGKILL')
    await rm(this.folder, { recursive: true, force: true })
  }

  /** Everything clients said and heard since the last start or clearing. */
  async log(): Promise<LogEntry[]> {
    return (await (await fetch(`${this.origin}/_inspect/log`)).json()) as LogEntry[]
  }

  async clearLog(): Promise<void> {
    await fetch(`${this.origin}/_inspect/log`, { method: 'DELETE' })
  }

  async calls(): Promise<HttpEntry[]> {
    return (await this.log()).filter((entry) => entry.kind === 'http')
  }

  /** The entries of every socket, by its number. */
  async sockets(): Promise<Map<number, SocketEntry[]>> {
    const sockets = new Map<number, SocketEntry[]>()
    for (const entry of await this.log()) {
      if (entry.kind === 'socket') sockets.set(entry.socket, [...(sockets.get(entry.socket) ?? []), entry])
    }
    return sockets
  }

  /** Every call as `METHOD /path`, in order. */
  async callNames(): Promise<string[]> {
    return (await this.calls()).map(nameOf)
  }

  /** The calls of this name, `POST /api/v1/auth/refresh` for one, in order. */
  async callsOf(name: string): Promise<HttpEntry[]> {
    return (await this.calls()).filter((call) => nameOf(call) === name)
  }

  /** Makes things go wrong from here on. */
  async breaks(...rules: FaultRule[]): Promise<void> {
    const answer = await fetch(`${this.origin}/__faults`, { method: 'POST', body: JSON.stringify(rules) })
    if (!answer.ok) throw new Error(`rules were refused: ${await answer.text()}`)
  }

  /** Lets nothing more go wrong. */
  async heals(): Promise<void> {
    await fetch(`${this.origin}/__faults`, { method: 'DELETE' })
  }

  /** Makes an account over REST, as another page of the site would, and forgets that in the log. */
  async registered(email = 'ada@example.com'): Promise<Person> {
    const password = 'correct horse battery staple'
    const answer = await fetch(`${this.origin}/api/v1/auth/register`, {
      method: 'POST',
      headers: { 'X-Tenant-ID': TENANT, 'Content-Type': 'application/json' },
      body: JSON.stringify({ email, password, full_name: 'Ada', tenant_id: TENANT }),
    })
    if (!answer.ok) throw new Error(`registration answered ${answer.status}`)
    const answered = (await answer.json()) as Signed & { data?: Signed }
    const { access_token: access, refresh_token: refresh, user } = answered.data ?? answered
    await this.clearLog()
    return { email, password, id: user.id, access, refresh, user: JSON.stringify(user) }
  }

  /** Someone whose access token has run out since, while the sign-in itself still lasts. */
  async registeredLongAgo(): Promise<Person> {
    await this.stop('SIGTERM')
    await this.restart(['--access-ttl-ms', '1'])
    const person = await this.registered()
    await this.stop('SIGTERM')
    await this.restart()
    return person
  }

  /** The bodies of every chat creation, in order. */
  async creations(): Promise<Record<string, unknown>[]> {
    const creations = (await this.calls()).filter((call) => /^POST \/api\/v1\/chat\/?$/.test(nameOf(call)))
    return creations.map(({ body }) => JSON.parse(body) as Record<string, unknown>)
  }

  /** What the clients said on any socket, in order; without pings, whose times are drawn. */
  async framesIn(): Promise<{ socket: number; frame: { type: string; data?: Record<string, unknown> } & Record<string, unknown> }[]> {
    const frames = (await this.log()).flatMap((entry) =>
      entry.kind === 'socket' && entry.event === 'frame_in' ? [{ socket: entry.socket, frame: JSON.parse(entry.text) }] : [],
    )
    return frames.filter(({ frame }) => frame.type !== 'ping')
  }

  /** The first page of a chat's messages as the server keeps them. */
  async messages(chatId: string): Promise<StoredMessage[]> {
    const answer = await fetch(`${this.origin}/api/v1/chat/${chatId}/messages`, { headers: { 'X-Tenant-ID': TENANT } })
    if (!answer.ok) throw new Error(`history answered ${answer.status}`)
    return ((await answer.json()) as { items: StoredMessage[] }).items
  }

  /** A copy of the demo's pages. */
  private get pages(): string {
    return join(this.folder, 'pages')
  }

  private async launch(address: string, more: readonly string[] = []): Promise<void> {
    const program = process.env['REFERENCE_SERVER'] ?? join(WWW, '../target/debug/reference-server')
    const child = spawn(
      program,
      [
        ...['--listen', address, '--database', join(this.folder, 'platform.sqlite')],
        ...['--inspect', '--faults'],
        ...(this.flags.includes('--warm-up-ms') ? [] : ['--warm-up-ms', '0']),
        ...['--knowledge', '../docs', '--pages', this.pages, '--dist', 'dist'],
        ...(this.flags.includes('--chunk-ms') ? [] : ['--chunk-ms', '5']),
        ...this.flags,
        ...more,
      ],
      { cwd: WWW, stdio: ['ignore', 'pipe', 'pipe'] },
    )
    this.child = child
    this.complaints = ''
    child.stderr.on('data', (chunk: Buffer) => (this.complaints += chunk.toString()))
    for await (const line of createInterface({ input: child.stdout })) {
      const origin = /^listening on (http:\/\/\S+)$/.exec(line)?.[1]
      if (origin) {
        this.origin = origin
        return
      }
    }
    throw new Error(`${program} ended before it listened:\n${this.complaints}`)
  }
}
