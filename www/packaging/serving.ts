/** A program that serves a site until it is told to end. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

export class Serving {
  private constructor(
    private readonly child: ChildProcess,
    readonly origin: string,
  ) {}

  /** Starts `program` with node, and waits until it prints an address. */
  static async start(folder: string, program: string, ...args: string[]): Promise<Serving> {
    const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0', NEXT_TELEMETRY_DISABLED: '1' }
    const child = spawn(process.execPath, [program, ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
    for await (const line of createInterface({ input: child.stdout })) {
      said += `${line}\n`
      const origin = /https?:\/\/(?:localhost|127\.0\.0\.1):\d+/.exec(line)?.[0]
      if (origin) {
        child.stdout.resume()
        return new Serving(child, origin)
      }
    }
    throw new Error(`${program} ended before it served:\n${said}`)
  }

  /** At once: asked to, a server would wait for the browser to let go of its connections. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return
    const gone = once(this.child, 'exit')
    this.child.kill('SIGKILL')
    await gone
  }
}
