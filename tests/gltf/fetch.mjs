// node fetch.mjs [FOLDER]: gets the packages of a folder's package-lock.json (default: this one's)
// from the npm registry into its node_modules, each checked against its hash.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = process.argv[2] ?? dirname(fileURLToPath(import.meta.url));
const { packages } = JSON.parse(readFileSync(join(here, 'package-lock.json'), 'utf8'));

for (const [folder, { version, integrity }] of Object.entries(packages)) {
  if (!version) continue; // this one
  const name = folder.replace('node_modules/', '');
  const from = `https://registry.npmjs.org/${name}/-/${basename(name)}-${version}.tgz`;
  const answer = await fetch(from);
  if (!answer.ok) throw new Error(`${from}: ${answer.status}`);
  const bytes = Buffer.from(await answer.arrayBuffer());
  const hash = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
  if (hash !== integrity) throw new Error(`${from}: ${hash}, expected ${integrity}`);
  const to = join(here, folder), partial = `${to}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  execFileSync('tar', ['-xz', '--strip-components=1', '-C', partial], { input: bytes });
  rmSync(to, { recursive: true, force: true });
  renameSync(partial, to);
}
