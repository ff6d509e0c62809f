// Requests made from docs/openapi.yaml: valid ones, nearly valid ones and hostile ones.
import { createHmac } from 'node:crypto';
import fc, { type Arbitrary } from 'fast-check';
import { KEY, NUMBER, SECRET } from './harness.ts';
import { examplesOf, type Route, type Spec } from './spec.ts';
import { type Ids, withIds } from './things.ts';

type Schema = Record<string, any>;
type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** Who asks. */
export interface Asker {
	headers: Record<string, string>;
	role: string; // '' none, which opens what is open to all
	stranger?: boolean; // of another account
}

export interface Request {
	route: Route;
	asker: Asker;
	method: string;
	target: string;
	headers: Record<string, string>;
	body?: string | Uint8Array;
}

/** Characters that text handling stumbles over, as they may stand inside of a JSON string. */
const nasty = fc.constantFrom(
	'', ' ', '\u0000', '\u001f', '\n', '"', '\\', '{', '}', '{{', '{a|b}', '{first_name}', '%', "'; --", '\u007f', '\u0085', '\u00a0', '\u200b', '\u202e', '\u2028', '\ufeff',
	'\ufffd', '\uffff', '\ud800', '\udc00', '😀', '👩‍👩‍👧', 'e\u0301', 'ß', '名', 'שלום', '../..', '4.41E+11', '+', '00', 'null', 'on',
);
const text = (longest: number) =>
	fc.oneof(
		fc.string({ maxLength: Math.min(longest, 60) }),
		fc.string({ unit: 'binary', maxLength: Math.min(longest, 60) }),
		fc.array(nasty, { maxLength: 8 }).map((pieces) => pieces.join('')),
		fc.constantFrom(longest - 1, longest, longest + 1, 2 * longest + 1).map((n) => 'x'.repeat(Math.max(n, 0))),
		fc.nat(longest).map((n) => '名'.repeat(n)),
	);

const number = fc.constantFrom('447400123456', '+447400123457', '33612345678', '5511961234567', '4915112345678', '14155550123', '12');
const time = fc.constantFrom('2199-01-01 00:00:00', '2198-07-01T12:00:00+02:00', '2020-01-01 00:00:00', '2027-02-30 10:00:00', 'tomorrow');
/** Values that mean something, by the name of their field; without them no request would come far. */
const meaningful = (ids: Ids): Record<string, Arbitrary<Json>> => ({
	audience: fc.constant(ids.audience!),
	channel: fc.constantFrom('whatsapp', 'WHATSAPP', 'sms'),
	code: number,
	deadline: time,
	from: fc.constant('MyBusiness'),
	number,
	schedule: time,
	template: fc.constant(ids.template!),
	text: fc.constantFrom('Hello.', 'Hi {first_name|friend}, your {custom1} is ready.', 'Hi {first_name', '{a}{b}'),
	timezone: fc.constantFrom('Europe/Paris', 'UTC', 'Mars/Base'),
	to: fc.oneof(number, fc.array(number, { maxLength: 3 })),
	url: fc.constantFrom('https://example.org/a.png', 'http://127.0.0.1/', 'http://169.254.169.254/latest', 'file:///etc/passwd', 'https://[::1]/'),
	wa_sender_code: fc.constantFrom(NUMBER, '4912345'),
});

/** What is never right where something else was asked for. */
const hostile: Arbitrary<Json> = fc.oneof(
	fc.constantFrom<Json>(null, true, false, 0, -1, 1.5, 1e308, -1e308, 2 ** 53, 9_223_372_036_854_775_807, '', [], {}, [null], [[[]]], { data: {} }),
	text(70),
	text(5000),
	fc.integer().map((n): Json => n),
	fc.jsonValue({ maxDepth: 3 }).map((value) => value as Json),
	fc.integer({ min: 1, max: 60 }).map((depth) => Array.from({ length: depth }).reduce<Json>((inner) => [inner], 'deep')),
	fc.integer({ min: 1, max: 300 }).map((n) => Array.from({ length: n }, (_, i): Json => i)),
	fc.integer({ min: 1, max: 300 }).map((n) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`key${i}`, 'x']))),
);

/** The sender that the document shows is there already. */
const another = ({ operation }: Route, body: string) =>
	operation.operationId === 'sendersCreate' ? body.replaceAll(NUMBER, '448081699999').replace('MyBusiness', 'Another') : body;

export class Requests {
	constructor(
		private spec: Spec,
		private ids: Ids,
		private askers: Asker[], // the first may do everything
	) {}

	/** A value that fits the schema, as far as the schema tells. */
	private value(given: Schema | undefined, name = '', depth = 0): Arbitrary<Json> {
		const schema = this.spec.resolve(given ?? {});
		const known = meaningful(this.ids)[name];
		const bySchema = this.bySchema(schema, depth);
		return known && !schema.properties ? fc.oneof({ weight: 4, arbitrary: known }, { weight: 1, arbitrary: bySchema }) : bySchema;
	}

	private bySchema(schema: Schema, depth: number): Arbitrary<Json> {
		const variants = schema.oneOf ?? schema.anyOf;
		if (variants)
			return fc.oneof(...(variants as Schema[]).map((variant) => this.value(variant, '', depth)));
		if (schema.allOf)
			return this.bySchema(Object.assign({}, ...schema.allOf.map((part: Schema) => this.spec.resolve(part))), depth);
		if (schema.enum)
			return fc.constantFrom(...(schema.enum as Json[]));
		if ('const' in schema)
			return fc.constant(schema.const as Json);
		const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
		switch (type) {
			case 'object':
				return this.object(schema, depth);
			case 'array':
				return depth > 5 ? fc.constant([]) : fc.array(this.value(schema.items ?? {}, '', depth + 1), { maxLength: Math.min(schema.maxItems ?? 3, 3) });
			case 'integer':
			case 'number':
				return fc.integer({ min: schema.minimum ?? -10, max: schema.maximum ?? 1000 });
			case 'boolean':
				return fc.boolean();
			case 'null':
				return fc.constant(null);
			default:
				return schema.pattern?.includes('[0-9]')
					? fc.integer({ min: 1, max: 999_999_999 }).map(String)
					: fc.string({ minLength: schema.minLength ?? 0, maxLength: Math.min(schema.maxLength ?? 20, 60) });
		}
	}

	private object(schema: Schema, depth: number): Arbitrary<Json> {
		const properties: [string, Schema][] = depth > 6 ? [] : Object.entries(schema.properties ?? {});
		const required: string[] = schema.required ?? [];
		const model = Object.fromEntries(properties.map(([name, property]) => [name, this.value(property, name, depth + 1)]));
		return fc.record(model, { requiredKeys: required.filter((name) => name in model) }) as Arbitrary<Json>;
	}

	/** Something inside of a good body is replaced, added or taken away. */
	private spoilt(good: Arbitrary<Json>): Arbitrary<Json> {
		return fc.tuple(good, fc.array(fc.nat(1000), { minLength: 1, maxLength: 6 }), hostile, fc.nat(3)).map(([value, way, bad, how]) => {
			const whole = structuredClone(value);
			let place = whole as Record<string, Json>;
			for (const step of way) {
				const names = Object.keys(place);
				if (names.length === 0)
					break;
				const name = names[step % names.length]!;
				const inner = place[name];
				if (inner && typeof inner === 'object' && step % 3 !== 0) {
					place = inner as Record<string, Json>;
					continue;
				}
				if (how === 0)
					delete place[name];
				else
					place[how === 1 ? 'surprise' : name] = bad;
				break;
			}
			return whole;
		});
	}

	/** Bytes that are no JSON, or JSON that must be refused. */
	private garbage(good: Arbitrary<Json>): Arbitrary<string | Uint8Array> {
		const json = good.map((value) => JSON.stringify(value));
		return fc.oneof(
			fc.uint8Array({ maxLength: 200 }),
			fc.tuple(json, fc.nat(1000)).map(([whole, at]) => whole.slice(0, at % (whole.length + 1))),
			json.map((whole) => `${whole}${whole}`),
			json.map((whole) => whole.replace('{', '{"data":{},')), // a key twice
			json.map((whole) => whole.replace('{"data":{', '{"data":{"name":"a","name":"b",')),
			fc.tuple(json, nasty).map(([whole, bad]) => whole.replace(/[a-z]/, bad)),
			fc.constantFrom('\\ud800', '\\u0000', '\\udc00\\ud800', '\\x').map((escape) => `{"data":{"name":"${escape}"}}`),
			fc.constantFrom(30, 33, 1000, 100_000).map((n) => '['.repeat(n) + ']'.repeat(n)),
			fc.constantFrom(30, 1000, 20_000).map((n) => '{"data":'.repeat(n) + '}'.repeat(n)),
			fc.constantFrom('1e999', '-', '01', '"', 'nul', '', ' ', '\ufeff{}', '[]', '5', '{"data":null}', '{"data":{}}'),
			fc.constant(`{"data":{"name":"${'x'.repeat(200_000)}"}}`),
		);
	}

	/** What the document shows, with our ids; else what fits the schema. */
	private soundBody(type: string, content: Schema): Arbitrary<string> {
		if (!type.includes('json'))
			return fc.constant(type.includes('csv') ? 'number\n447400123456\n' : 'Opening hours');
		const shown = examplesOf(content).map((example) => withIds(example, { ...this.ids, key: KEY }));
		const good = shown.length > 0 ? fc.constantFrom<Json>(...shown) : this.value(content.schema);
		return good.map((value) => JSON.stringify(value));
	}

	private body(route: Route): Arbitrary<{ body?: string | Uint8Array; type?: string }> {
		const content: Record<string, Schema> = this.spec.resolve(route.operation.requestBody ?? {}).content ?? {};
		const types = Object.keys(content);
		if (types.length === 0)
			return fc.oneof({ weight: 4, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: text(100).map((body) => ({ body, type: 'text/plain' })) });
		const perType = types.map((type) => {
			const good = this.value(content[type]!.schema);
			const raw: Arbitrary<string | Uint8Array> = type.includes('json')
				? fc.oneof(
						{ weight: 3, arbitrary: good.map((value) => JSON.stringify(value)) },
						{ weight: 1, arbitrary: this.soundBody(type, content[type]!) },
						{ weight: 4, arbitrary: this.spoilt(good).map((value) => JSON.stringify(value)) },
						{ weight: 2, arbitrary: this.garbage(good) },
					)
				: this.rows();
			return raw.map((body) => ({ body, type }));
		});
		const wrongType = fc.constantFrom('text/plain', 'application/x-www-form-urlencoded', 'application/jsonx', 'multipart/form-data', 'x');
		return fc.oneof(
			{ weight: 12, arbitrary: fc.oneof(...perType) },
			{ weight: 1, arbitrary: fc.tuple(fc.oneof(...perType), wrongType).map(([made, type]) => ({ ...made, type })) },
		);
	}

	private rows(): Arbitrary<string | Uint8Array> {
		const cell = fc.oneof(number, text(40));
		const lines = fc.array(fc.array(cell, { maxLength: 4 }).map((cells) => cells.join(',')), { maxLength: 6 });
		return fc.oneof(
			fc.tuple(fc.constantFrom('number', 'phone,first_name,city', 'number;custom1', 'name'), lines).map(([head, rest]) => [head, ...rest].join('\n')),
			fc.uint8Array({ maxLength: 300 }),
		);
	}

	/** Path, with an id of each kind: mostly a good one. */
	private path(route: Route): Arbitrary<string> {
		const kinds = [...route.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!);
		const wrong = fc.constantFrom('1', 'x', '%00', '%ff', '%', '..', '%2e%2e', '11111111-2222-8333-8444-555555555555', 'a'.repeat(300), '%F0%9F%98%80', "'", '%252e');
		const id = (kind: string) =>
			fc.oneof(
				{ weight: 6, arbitrary: fc.constant(this.ids[kind]!) },
				{ weight: 1, arbitrary: fc.constantFrom(...Object.values(this.ids)) },
				{ weight: 2, arbitrary: wrong },
			);
		return fc.tuple(...kinds.map(id)).map((chosen) => {
			let at = 0;
			return route.path.replace(/\{\w+\}/g, () => chosen[at++]!);
		});
	}

	private query(route: Route): Arbitrary<string> {
		const parameters: Schema[] = [...(this.spec.tree.paths[route.path].parameters ?? []), ...(route.operation.parameters ?? [])]
			.map((parameter: Schema) => this.spec.resolve(parameter))
			.filter((parameter) => parameter.in === 'query');
		const value = (schema: Schema) =>
			fc.oneof(
				this.value(schema).map(String),
				text(60),
				fc.constantFrom('WHATSAPP', 'scheduled,completed', '0', '100', '-1', '99999999999999999999', '2026-01-01 00:00:00'),
			);
		const known = parameters.map((parameter) => value(parameter.schema).map((text) => `${parameter.name}=${encode(text)}`));
		const one = fc.oneof(...known, fc.constantFrom('x=1', 'filter[surprise]=2', 'x', '=', '&', 'x=%zz', 'x=%ff', 'x=%00', 'filter[', 'page_size', '%5B%5D=1'));
		return fc.array(one, { maxLength: 3 }).map((pairs) => (pairs.length ? `?${pairs.join('&')}` : ''));
	}

	private asker(): Arbitrary<Asker> {
		const nobody = fc.constantFrom<Record<string, string>[]>({}, ...['', 'wrong', `${KEY} `, 'x'.repeat(3000)].map((key) => ({ 'X-Dexatel-Key': key })));
		return fc.oneof(
			{ weight: 7, arbitrary: fc.constant(this.askers[0]!) },
			{ weight: 7, arbitrary: fc.constantFrom(...this.askers) },
			{ weight: 1, arbitrary: nobody.map((headers) => ({ headers, role: '' })) },
		);
	}

	private headers(): Arbitrary<Record<string, string>> {
		const more = fc.constantFrom<Record<string, string>>(
			{}, {}, {}, { Accept: 'text/csv' }, { Accept: '*/*;q=0' }, { 'Idempotency-Key': 'again' }, { 'Idempotency-Key': '' }, { 'Idempotency-Key': 'x'.repeat(300) },
			{ 'If-None-Match': '*' }, { 'Accept-Encoding': 'gzip;q=;,gzip' }, { Host: 'evil.example\t' }, { 'X-Forwarded-For': '::' }, { Range: 'bytes=0-1' },
		);
		return more;
	}

	/** Meta's are signed. */
	private signed(route: Route, body?: string | Uint8Array): Record<string, string> {
		if (route.path !== '/webhooks/whatsapp' || body === undefined)
			return {};
		return { 'X-Hub-Signature-256': `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}` };
	}

	/** What should be answered with success. */
	sound(route: Route): Arbitrary<Request> {
		const content: Record<string, Schema> = this.spec.resolve(route.operation.requestBody ?? {}).content ?? {};
		const bodies = Object.keys(content).filter((type) => !type.startsWith('multipart')).map((type) => this.soundBody(type, content[type]!).map((body) => ({ body: another(route, body), type })));
		const body: Arbitrary<{ body?: string | Uint8Array; type?: string }> = bodies.length > 0 ? fc.oneof(...bodies) : fc.constant({});
		const shaken = route.path === '/webhooks/whatsapp' && route.method === 'get' ? '?hub.mode=subscribe&hub.verify_token=verify&hub.challenge=1' : '';
		const asker = this.askers[route.path.includes('/sessions/self') ? this.askers.length - 1 : 0]!;
		const target = route.path.replace('/assets/{file}', `/assets/${this.ids.asset}`).replace(/\{(\w+)\}/g, (_, kind: string) => this.ids[kind]!) + shaken;
		return body.map(({ body, type }) => ({
			...{ route, asker, method: route.method.toUpperCase(), target, body },
			headers: { ...asker.headers, ...(type && { 'Content-Type': type.replace('application/octet-stream', 'text/plain') }), 'Sec-Fetch-Site': 'same-origin', ...this.signed(route, body) },
		}));
	}

	/** Any request to this route; once in a while with a method that it does not have. */
	of(route: Route): Arbitrary<Request> {
		const method = fc.oneof({ weight: 30, arbitrary: fc.constant(route.method.toUpperCase()) }, { weight: 1, arbitrary: fc.constantFrom('PATCH', 'OPTIONS') });
		return fc
			.tuple(method, this.path(route), this.query(route), this.asker(), this.headers(), this.body(route), fc.boolean())
			.map(([method, path, query, asker, more, { body, type }, signed]) => {
				const headers = { ...more, ...asker.headers, ...(type && { 'Content-Type': type }), ...(signed && this.signed(route, body)) };
				return { route, asker, method, target: path + query, headers, body };
			});
	}
}

/** Percent-encoded, but for what may stand as it is; a lone surrogate has no bytes of its own. */
const encode = (text: string) => encodeURIComponent(text.replace(/[\ud800-\udfff]/g, '?')).replace(/%5B/g, '[').replace(/%5D/g, ']').replace(/%2C/g, ',');
