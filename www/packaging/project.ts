/**
 * A site that installs the packed package: its folder is copied away from this repository, so that it finds nothing but
 * what it installs, and every step is skipped whose inputs are those of the last time.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)

export const WWW = fileURLToPath(new URL('..', import.meta.url))
const WORK = join(process.env['PACKAGES_FOLDER'] ?? join(WWW, '../target/packages'))

/** The tarball of `npm pack`, and what tells it from another. */
export interface Tarball {
  path: string
  digest: string
  files: string[]
}

let packed: Promise<Tarball> | undefined

/** Packs the package as it would be published. */
export function pack(): Promise<Tarball> {
  return (packed ??= (async () => {
    await mkdir(WORK, { recursive: true })
    const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', WORK], { cwd: WWW })
    const [told] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }]
    const path = join(WORK, told.filename)
    return { path, digest: digest(await readFile(path)), files: told.files.map(({ path }) => path) }
  })())
}

export class Project {
  private constructor(
    readonly folder: string,
    private readonly stamps: string,
    /** What this project is made of: its sources, its lock and the tarball. */
    private readonly identity: string,
  ) {}

  /** Lays out the sources of `source`, a folder below `www`, and installs its locked packages and the tarball. */
  static async install(source: string): Promise<Project> {
    const { path, digest: tarball } = await pack()
    const name = source.replaceAll('/', '-')
    const folder = join(WORK, name)
    const stamps = join(WORK, 'stamps', name)
    const lock = digest(await readFile(join(WWW, source, 'package-lock.json')))
    const sources = await filesBelow(join(WWW, source))
    const contents = await Promise.all(sources.map(async (file) => `${file} ${digest(await readFile(join(WWW, source, file)))}`))
    const project = new Project(folder, stamps, digest(`${tarball}\n${contents.join('\n')}`))

    await project.unless('laid-out', project.identity, async () => {
      await mkdir(folder, { recursive: true })
      const kept = new Set(['node_modules', 'package-lock.json'])
      for (const entry of await readdir(folder)) if (!kept.has(entry)) await rm(join(folder, entry), { recursive: true })
      for (const file of sources) await cp(join(WWW, source, file), join(folder, file))
    })
    await project.unless('installed', lock, async () => {
      await project.npm('ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline')
    })
    await project.unless('tarball', `${lock} ${tarball}`, async () => {
      // Not saved: the lock knows everything but what is being tested.
      await project.npm('install', '--no-save', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', path)
    })
    return project
  }

  /** Runs a script of the project with `CI=true`, unless it was run for the same inputs, and gives what it printed. */
  async script(name: string): Promise<string> {
    const output = join(this.stamps, `${name}.txt`)
    await this.unless(name, this.identity, async () => writeFile(output, await this.npm('run', name)))
    return readFile(output, 'utf8')
  }

  private async npm(...args: string[]): Promise<string> {
    // Without the variables npm hands to what it runs, which this process is.
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_(?!config_)|INIT_CWD|NODE_OPTIONS|FORCE_COLOR|PLAYWRIGHT|PW_)/.test(name)))
    const options = { cwd: this.folder, env: { ...env, CI: 'true', NO_COLOR: '1', NEXT_TELEMETRY_DISABLED: '1' }, maxBuffer: 64 << 20 }
    try {
      const { stdout, stderr } = await run('npm', args, options)
      return stdout + stderr
    } catch (failure) {
      const { stdout, stderr } = failure as { stdout: string; stderr: string }
      throw new Error(`npm ${args.join(' ')} failed in ${this.folder}:\n${stdout}${stderr}`)
    }
  }

  private async unless(step: string, inputs: string, act: () => Promise<void>): Promise<void> {
    const stamp = join(this.stamps, step)
    const last = await readFile(stamp, 'utf8').catch(() => '')
    if (last === inputs) return
    await rm(stamp, { force: true })
    await mkdir(this.stamps, { recursive: true })
    await act()
    await writeFile(stamp, inputs)
  }
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
  return files.filter((file) => !/(^|\/)(node_modules|build|dist|\.next)\//.test(file)).sort()
}

function digest(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}
