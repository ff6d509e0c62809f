// What the server shows from itself, packed for the binary: pack.mjs ROOT OUT.c OUT.bin OUT.d
// OUT.bin holds every file, plain and, where that makes it smaller, by gzip; OUT.c the table of them (src/api/assets.h); OUT.d what
// they were made of, for ninja.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parse } from 'yaml';

const [root, tablePath, blobPath, madeOfPath] = process.argv.slice(2);
const SWAGGER = 'node_modules/swagger-ui-dist';
const PAGE = 'web/dist'; // made by vite out of web/app
const TYPES = {
	'.css': 'text/css; charset=utf-8',
	'.html': 'text/html; charset=utf-8',
	'.js': 'text/javascript; charset=utf-8',
	'.json': 'application/json',
	'.png': 'image/png',
	'.svg': 'image/svg+xml',
	'.txt': 'text/plain; charset=utf-8',
	'.webp': 'image/webp',
	'.woff2': 'font/woff2',
};
const COMPRESSED = ['.png', '.webp', '.woff2'];

const madeOf = ['web/pack.mjs', 'package-lock.json'];
const read = (path) => {
	madeOf.push(path);
	try {
		return readFileSync(join(root, path));
	} catch (error) {
		throw new Error(`${path} cannot be read (${error.code}): \`make web/dist/index.html\` fetches what comes from npm, and builds the page of it`);
	}
};
// A browser's tools would ask for the maps, which are not here.
const withoutMap = (text) => String(text).replace(/\n?(\/\/# |\/\*# )sourceMappingURL=.*\s*$/, '\n');

/** The page's own files. Their names change with their content, but for the page itself. */
function pageFiles() {
	const index = read(`${PAGE}/index.html`);
	const parts = readdirSync(join(root, PAGE, 'assets')).sort();
	return [['/', '.html', index], ...parts.map((name) => [`/assets/${name}`, extname(name), read(`${PAGE}/assets/${name}`)])];
}

/** The folders of what the page is made of: what web/package.json names, and what that needs in turn. */
function packages() {
	const found = new Set();
	const visit = (folder) => {
		for (const name of Object.keys(JSON.parse(read(`${folder}/package.json`)).dependencies ?? {})) {
			let place = folder;
			while (!existsSync(join(root, place, 'node_modules', name, 'package.json')) && place !== '.')
				place = dirname(place);
			const one = join(place, 'node_modules', name);
			if (one !== SWAGGER && !found.has(one)) {
				found.add(one);
				visit(one);
			}
		}
	};
	visit('web');
	return [...found].sort();
}

/** Name, version and licence of a package, with the words that its licence wants told. */
function licenseOf(folder) {
	const { name, version, license } = JSON.parse(read(`${folder}/package.json`));
	const files = readdirSync(join(root, folder)).filter((file) => /^(licen[cs]e|notice)(\.|$)/i.test(file));
	return [`${name} ${version} (${license})`, ...files.map((file) => String(read(`${folder}/${file}`)).trim())].join('\n\n');
}

const ofReference = ['NOTICE', 'LICENSE', 'swagger-ui-bundle.js.LICENSE.txt'].map((name) => read(`${SWAGGER}/${name}`)).join('\n');
const licenses = [ofReference, ...packages().map(licenseOf)].join(`\n\n${'-'.repeat(80)}\n\n`);
const assets = [
	...pageFiles(),
	['/docs', '.html', read('web/docs/index.html')],
	['/docs/docs.css', '.css', read('web/docs/docs.css')],
	['/docs/docs.js', '.js', read('web/docs/docs.js')],
	['/docs/licenses.txt', '.txt', licenses],
	['/docs/swagger-ui.css', '.css', withoutMap(read(`${SWAGGER}/swagger-ui.css`))],
	['/docs/swagger-ui.js', '.js', withoutMap(read(`${SWAGGER}/swagger-ui-bundle.js`))],
	['/v1/openapi.json', '.json', JSON.stringify(parse(String(read('docs/openapi.yaml'))))],
];

const pieces = [];
let end = 0;
const place = (bytes) => {
	pieces.push(bytes);
	end += bytes.length;
	return `crier_assets + ${end - bytes.length}, ${bytes.length}`;
};
const rows = assets.map(([path, kind, content]) => {
	if (!TYPES[kind] || !/^[\w./-]+$/.test(path))
		throw new Error(`${path}: a file of this name or kind is not served (web/pack.mjs)`);
	const plain = Buffer.from(content);
	const tag = createHash('sha256').update(plain).digest('hex').slice(0, 32);
	const packed = COMPRESSED.includes(kind) || path === '/' ? 'NULL, 0' : place(gzipSync(plain, { level: 9 }));
	return `\t{"${path}", "${TYPES[kind]}", "W/\\"${tag}\\"", ${place(plain)}, ${packed}},`;
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
writeFileSync(madeOfPath, `${tablePath}: ${madeOf.map((path) => join(root, path).replace(/ /g, '\\ ')).join(' ')}\n`);
