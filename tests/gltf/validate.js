// Prints what Khronos' validator finds in files; exit code 1 if that is an error or a warning.
const fs = require('fs');
const validator = require('gltf-validator');

(async () => {
  let found = 0;
  for (const name of process.argv.slice(2)) {
    const report = await validator.validateBytes(new Uint8Array(fs.readFileSync(name)),
                                                 {maxIssues: 20});
    const {numErrors, numWarnings, numInfos, messages} = report.issues;
    console.log(`${name}: ${numErrors} errors, ${numWarnings} warnings, ${numInfos} infos`);
    for (const m of messages.filter(m => m.severity < 2)) {
      console.log(`  ${m.code} ${m.pointer}: ${m.message}`);
    }
    found += numErrors + numWarnings;
  }
  process.exit(found === 0 ? 0 : 1);
})();
