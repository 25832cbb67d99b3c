// Gets the encoder of Moonshine's tiny English model, from which the speech encoder begins its
// training (docs/training.md): the package from the npm registry, checked against its hash, and of
// it the model and its licence.
//   node scripts/fetch_ear.mjs FOLDER
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';

const name = '@usefulsensors/moonshine-js', version = '0.1.21';
const from = `https://registry.npmjs.org/${name}/-/moonshine-js-${version}.tgz`;
const integrity =
  'sha512-r9+hkcHiyrbwt58cE/uHKkRuySrHNY5GKS3xQxXiVJrFGXjils4oKOWd8bH/9NONEuEYNx8gRC4DQHPkUYim5w==';
// No others: the model for Spanish in the package is not under the MIT licence.
const wanted = ['package/dist/model/tiny/quantized/encoder_model.onnx', 'package/LICENSE'];

function refuse(message) {
  console.error(`fetch_ear: ${message}`);
  process.exit(1);
}

if (!process.argv[2]) refuse('where to? for example: node scripts/fetch_ear.mjs datasets/moonshine');
const folder = resolve(process.argv[2]);
if (existsSync(folder)) refuse(`${folder}: is there already; give a new folder`);
const answer = await fetch(from).catch((error) => refuse(`${from}: ${error.cause ?? error}`));
if (!answer.ok) refuse(`${from}: ${answer.status}`);
const bytes = Buffer.from(await answer.arrayBuffer());
const hash = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
if (hash !== integrity) refuse(`${from}: ${hash}, expected ${integrity}`);

const partial = `${folder}.partial`;
rmSync(partial, { recursive: true, force: true });
mkdirSync(partial, { recursive: true });
for (const file of wanted) {
  const depth = file.split('/').length - 1;
  execFileSync('tar', ['-xz', `--strip-components=${depth}`, '-C', partial, file], { input: bytes });
}
renameSync(partial, folder);
console.log(`${folder}: encoder_model.onnx and its LICENSE, of ${name} ${version}`);
