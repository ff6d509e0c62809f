// docs/openapi.yaml as a judge of every answer seen.
import { readFileSync } from 'node:fs';
import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import type { Answer } from './harness.ts';

export const ROOT = new URL('../../', import.meta.url);
const METHODS = ['get', 'post', 'put', 'delete'] as const;

type Tree = Record<string, any>;

export interface Route {
	method: string; // lower case
	path: string; // with its {kinds}
	pattern: RegExp;
	operation: Tree;
}

/** What one file's tests have met; several are added up at the end of the run. */
export interface Seen {
	checked: number;
	statuses: Record<string, number[]>; // "get /v1/keys" → statuses
	codes: Record<string, string[]>; // "get /v1/keys" → "400 1015"
}

const add = <T>(record: Record<string, T[]>, key: string, values: Iterable<T>) => {
	record[key] = [...new Set([...(record[key] ?? []), ...values])];
};

export function addSeen(total: Seen, more: Seen): void {
	total.checked += more.checked;
	for (const [name, statuses] of Object.entries(more.statuses))
		add(total.statuses, name, statuses);
	for (const [name, codes] of Object.entries(more.codes))
		add(total.codes, name, codes);
}

export const noneSeen = (): Seen => ({ checked: 0, statuses: {}, codes: {} });

export class Spec {
	readonly tree: Tree;
	readonly routes: Route[] = [];
	readonly common: Set<string>; // "400 1014": faults of any route
	readonly seen = noneSeen();
	private ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: false });
	private compiled = new Map<string, ValidateFunction>();

	constructor(text: string) {
		this.tree = parse(text);
		for (const [path, item] of Object.entries<Tree>(this.tree.paths))
			for (const method of METHODS)
				if (item[method])
					this.routes.push({ method, path, pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`), operation: item[method] });
		const common: string = this.tree.components.responses.Faults.description;
		this.common = new Set([...common.matchAll(/(1\d{3}) \((\d{3})\)/g)].map((match) => `${match[2]} ${match[1]}`));
		this.ajv.addSchema(this.tree, 'openapi');
	}

	/** The operation that answers this; a fixed path wins over one with ids. */
	route(method: string, target: string): Route | undefined {
		const path = target.split('?', 1)[0]!;
		const fits = this.routes.filter((route) => route.method === method.toLowerCase() && route.pattern.test(path));
		return fits.find((route) => route.path === path) ?? fits[0];
	}

	resolve(node: Tree): Tree {
		while (node.$ref)
			node = (node.$ref as string).slice(2).split('/').reduce((place, part) => place[part], this.tree);
		return node;
	}

	/** Throws when `value` does not fit the schema at this pointer, such as `/components/schemas/Message`. */
	validate(pointer: string, value: unknown): void {
		let check = this.compiled.get(pointer);
		if (!check) {
			check = this.ajv.compile({ $ref: `openapi#${encodeURI(pointer)}` });
			this.compiled.set(pointer, check);
		}
		if (!check(value))
			throw new Error(`not as ${pointer}: ${this.ajv.errorsText(check.errors)} in ${JSON.stringify(value)?.slice(0, 2000)}`);
	}

	/** "status code" of every fault that the document lists for this route. */
	ownCodes(operation: Tree): Set<string> {
		const own = new Set<string>();
		for (const [status, response] of Object.entries<Tree>(operation.responses))
			if (Number(status) >= 400)
				for (const [code] of (response.description ?? '').matchAll(/\b1\d{3}\b/g))
					own.add(`${status} ${code}`);
		return own;
	}

	/** The same with the faults of any route. */
	codes(operation: Tree): Set<string> {
		return new Set([...this.ownCodes(operation), ...this.common]);
	}

	/** Throws when this answer is not one that the document announces. */
	check(method: string, target: string, answer: Answer): void {
		this.seen.checked++;
		const what = `${method} ${target.slice(0, 300)}`;
		if (!answer.headers['x-request-id'])
			throw new Error(`${what}: no X-Request-Id`);
		const route = this.route(method, target);
		if (!route) {
			// An unknown path or method: the error envelope all the same.
			this.validate('/components/schemas/Faults', answer.tree);
			if (!this.noteCodes(`${method.toLowerCase()} *`, answer).every((code) => this.common.has(code)))
				throw new Error(`${what}: ${answer.text} outside of the document`);
			return;
		}
		const name = `${route.method} ${route.path}`;
		add(this.seen.statuses, name, [answer.status]);
		const { responses } = route.operation;
		if (!responses[answer.status] && !(responses.default && answer.status >= 400))
			throw new Error(`${what}: status ${answer.status} is not in the document: ${answer.text.slice(0, 500)}`);
		this.checkBody(what, route, answer);
	}

	private checkBody(what: string, route: Route, answer: Answer): void {
		const place = route.operation.responses[answer.status] ? String(answer.status) : 'default';
		const ref: string | undefined = route.operation.responses[place].$ref;
		const base = ref ? ref.slice(1) : pointerTo(route, 'responses', place);
		const { content } = this.resolve(route.operation.responses[place]);
		if (!content) {
			if (answer.status === 204 && answer.body.length > 0)
				throw new Error(`${what}: a body where there should be none`);
			return;
		}
		const kind = (answer.headers['content-type'] ?? '').split(';')[0]!;
		if (!content[kind] && !content[kind.replace(/\/.*/, '/*')])
			throw new Error(`${what}: content type '${kind}'`);
		if (kind !== 'application/json')
			return;
		this.validate(`${base}/content/${escape(kind)}/schema`, answer.tree);
		if (answer.status >= 400)
			this.checkCodes(what, route, answer);
	}

	private checkCodes(what: string, route: Route, answer: Answer): void {
		const told = this.noteCodes(`${route.method} ${route.path}`, answer);
		const known = this.codes(route.operation);
		const strange = told.filter((code) => !known.has(code));
		if (strange.length > 0)
			throw new Error(`${what}: faults ${strange} are not in the document for this route: ${answer.text.slice(0, 500)}`);
	}

	private noteCodes(name: string, answer: Answer): string[] {
		const told: string[] = answer.tree.errors.map((error: Tree) => `${error.status} ${error.code}`);
		add(this.seen.codes, name, told);
		return told;
	}

	/** Operations that were never answered with a 2xx. */
	neverSucceeded(seen: Seen): string[] {
		return this.routes.map(({ method, path }) => `${method} ${path}`).filter((name) => !seen.statuses[name]?.some((status) => status < 300));
	}

	/** What the document tells of and no test has met, a line a route: answers, and codes of faults. */
	neverSeen(seen: Seen): string[] {
		const lines: string[] = [];
		for (const { method, path, operation } of this.routes) {
			const name = `${method} ${path}`;
			const told = [...Object.keys(operation.responses).filter(Number), ...this.ownCodes(operation)];
			const met = new Set([...(seen.statuses[name] ?? []).map(String), ...(seen.codes[name] ?? [])]);
			const missing = told.filter((one) => !met.has(one));
			if (missing.length > 0)
				lines.push(`${name}: ${missing.join(', ')}`);
		}
		return lines;
	}
}

/** The examples that a content of the document has. */
export function examplesOf(content: Tree): any[] {
	const named = Object.values<Tree>(content.examples ?? {}).map((example) => SPEC.resolve(example).value);
	return content.example === undefined ? named : [content.example, ...named];
}

const escape = (part: string) => part.replace(/~/g, '~0').replace(/\//g, '~1');
export const pointerTo = (route: Route, ...parts: string[]) => ['/paths', escape(route.path), route.method, ...parts.map(escape)].join('/');

export const SPEC = new Spec(readFileSync(new URL('docs/openapi.yaml', ROOT), 'utf8'));
