// What three.js (of .usda: TinyUSDZ) in a headless Chromium makes of files at moments, as in_blender.py
// tells it:
//   node in_chromium.mjs FOLDER SECONDS,SECONDS... FILE[+VRMA]...
// writes FOLDER/NAME.three.json and a picture of the last moment, FOLDER/NAME.three.png.
import {execFileSync, spawn} from 'node:child_process';
import {createReadStream, existsSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:http';
import {tmpdir} from 'node:os';
import {basename, dirname, extname, join, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';

const tests = dirname(dirname(fileURLToPath(import.meta.url)));
const [folder, times, ...files] = process.argv.slice(2);
const kinds = {'.html': 'text/html', '.mjs': 'text/javascript', '.js': 'text/javascript',
  '.wasm': 'application/wasm'};
const asked = [];  // the files that the page may have

const server = createServer((request, response) => {
  const path = decodeURIComponent(new URL(request.url, 'http://page').pathname);
  const number = path.match(/^\/file\/(\d+)$/);
  const file = number ? asked[Number(number[1])] : resolve(tests, '.' + path);
  if (!file || (!number && !file.startsWith(tests + '/')) || !existsSync(file)) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, {'Content-Type': kinds[extname(file)] ?? 'application/octet-stream'});
  createReadStream(file).pipe(response);
});
await new Promise(done => server.listen(0, '127.0.0.1', done));

// The DevTools protocol over the pipes 3 and 4: JSON, each message with a zero at its end.
const profile = mkdtempSync(join(tmpdir(), 'chromium-'));
const program = process.env.CHROMIUM ?? 'chromium';
const version = execFileSync(program, ['--version'], {stdio: ['ignore', 'pipe', 'ignore']})
                    .toString().match(/Chromium [\d.]+/)[0];
const browser = spawn(program, [
  '--headless', '--no-sandbox', '--remote-debugging-pipe', `--user-data-dir=${profile}`,
  '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--disable-dev-shm-usage',
  '--no-first-run', '--window-size=512,512', 'about:blank'
], {stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe']});
const waiting = new Map(), said = [];
let rest = '', last = 0, session;
browser.stdio[4].setEncoding('utf8');
browser.stdio[4].on('data', text => {
  const messages = (rest + text).split('\0');
  rest = messages.pop();
  for (const message of messages.map(m => JSON.parse(m))) {
    const {method, params} = message;
    if (method === 'Runtime.exceptionThrown') said.push(JSON.stringify(params.exceptionDetails));
    if (method === 'Runtime.consoleAPICalled' && params.type !== 'log')
      said.push(`${params.type}: ${params.args.map(a => a.value ?? a.description).join(' ')}`);
    waiting.get(message.id)?.(message);
    waiting.delete(message.id);
  }
});
const ended = new Promise((_, no) => browser.on('exit', code => no(new Error(`chromium ended: ${code}`))));
async function ask(method, params = {}) {
  const id = ++last;
  const answer = new Promise(done => waiting.set(id, done));
  browser.stdio[3].write(JSON.stringify({id, method, params, sessionId: session}) + '\0');
  const {result, error} = await Promise.race([answer, ended]);
  if (error) throw new Error(`${method}: ${error.message}`);
  return result;
}
async function evaluate(expression) {
  const {result, exceptionDetails} =
      await ask('Runtime.evaluate', {expression, awaitPromise: true, returnByValue: true});
  if (exceptionDetails) {
    throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  }
  return result.value;
}

async function show(file, vrma) {
  const url = path => path ? `/file/${asked.push(path) - 1}` : null;
  const {targetId} = await ask('Target.createTarget', {url: 'about:blank'});
  ({sessionId: session} = await ask('Target.attachToTarget', {targetId, flatten: true}));
  await ask('Runtime.enable');
  await ask('Page.enable');
  await ask('Emulation.setDeviceMetricsOverride',
            {width: 512, height: 512, deviceScaleFactor: 1, mobile: false});
  await ask('Page.navigate', {url: `http://127.0.0.1:${server.address().port}/viewers/page.html`});
  for (let tries = 0; !await evaluate('window.ready === true'); ++tries) {
    if (tries === 600) throw new Error(`the page does not come up; it said: ${said.join('\n')}`);
    await new Promise(done => setTimeout(done, 100));
  }
  const usd = extname(file) === '.usda', moments = times.split(',').map(Number);
  const call = (usd ? [url(file), moments] : [url(file), url(vrma), moments]).map(x => JSON.stringify(x));
  const told = JSON.parse(await evaluate(`${usd ? 'parsed' : 'shown'}(${call.join()})`));
  told.program = `${told.program} in ${version}`;
  const name = join(folder, [file, vrma].filter(Boolean).map(f => basename(f)).join('+'));
  writeFileSync(`${name}.three.json`, JSON.stringify({...told, said: said.splice(0)}));
  if (!usd) {
    const {data} = await ask('Page.captureScreenshot', {format: 'png'});
    writeFileSync(`${name}.three.png`, Buffer.from(data, 'base64'));
  }
  session = undefined;
  await ask('Target.closeTarget', {targetId});
}

let code = 0;
try {
  for (const file of files) await show(...file.split('+').map(f => resolve(f)));
} catch (error) {
  console.error(`in_chromium: ${error.message}`);
  code = 1;
}
ended.catch(() => {});
const gone = new Promise(done => browser.on('exit', done));
browser.kill();
await gone;
rmSync(profile, {recursive: true, force: true, maxRetries: 5});
process.exit(code);
