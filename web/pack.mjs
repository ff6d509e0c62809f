// What the server shows from itself, packed for the binary: pack.mjs ROOT OUT.c OUT.bin
// OUT.bin holds every file twice, plain and by gzip; OUT.c the table of them (src/api/assets.h).
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';

const [root, tablePath, blobPath] = process.argv.slice(2);
const SWAGGER = 'node_modules/swagger-ui-dist';

const read = (path) => {
	try {
		return readFileSync(join(root, path), 'utf8');
	} catch (error) {
		throw new Error(`${path} cannot be read (${error.code}): \`make\` fetches what comes from npm`);
	}
};
// A browser's tools would ask for the maps, which are not here.
const withoutMap = (text) => text.replace(/\n?(\/\/# |\/\*# )sourceMappingURL=.*\s*$/, '\n');
const { parse } = await import('yaml');

const HTML = 'text/html; charset=utf-8';
const JAVASCRIPT = 'text/javascript; charset=utf-8';
const CSS = 'text/css; charset=utf-8';
const assets = [
	['/docs', HTML, read('web/docs/index.html')],
	['/docs/docs.css', CSS, read('web/docs/docs.css')],
	['/docs/docs.js', JAVASCRIPT, read('web/docs/docs.js')],
	['/docs/licenses.txt', 'text/plain; charset=utf-8', ['NOTICE', 'LICENSE', 'swagger-ui-bundle.js.LICENSE.txt'].map((name) => read(`${SWAGGER}/${name}`)).join('\n')],
	['/docs/swagger-ui.css', CSS, withoutMap(read(`${SWAGGER}/swagger-ui.css`))],
	['/docs/swagger-ui.js', JAVASCRIPT, withoutMap(read(`${SWAGGER}/swagger-ui-bundle.js`))],
	['/v1/openapi.json', 'application/json', JSON.stringify(parse(read('docs/openapi.yaml')))],
];

const pieces = [];
let end = 0;
const place = (bytes) => {
	pieces.push(bytes);
	end += bytes.length;
	return `crier_assets + ${end - bytes.length}, ${bytes.length}`;
};
const rows = assets.map(([path, type, text]) => {
	const plain = Buffer.from(text, 'utf8');
	const tag = createHash('sha256').update(plain).digest('hex').slice(0, 32);
	return `\t{"${path}", "${type}", "W/\\"${tag}\\"", ${place(plain)}, ${place(gzipSync(plain, { level: 9 }))}},`;
});
writeFileSync(blobPath, Buffer.concat(pieces));
writeFileSync(
	tablePath,
	`/* made by web/pack.mjs */
#include "api/assets.h"

__asm__(".section .rodata\\n"
        ".balign 16\\n"
        "crier_assets: .incbin \\"${resolve(blobPath)}\\"\\n"
        ".previous\\n");
extern const unsigned char crier_assets[];

const struct asset assets[] = {
${rows.join('\n')}
};
const size_t n_assets = sizeof(assets) / sizeof(assets[0]);
`,
);
