// A server and a simulator for the tests of one file, and calls whose every answer is judged by the specification.
import { mkdtempSync, rmSync } from 'node:fs';
import type { OutgoingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCrier, type Crier, type Schemas } from 'crier-web/client/index.ts';
import { afterAll, beforeAll, expect } from 'vitest';
import * as harness from './harness.ts';
import { Answer, ask, Process, waitUntil } from './harness.ts';
import { SPEC } from './spec.ts';

export const UNKNOWN_ID = '11111111-2222-8333-8444-555555555555';
export type Campaign = Schemas['CampaignAnswer']['data'];
export type Fault = [status: number, code: number, field: string | undefined];

export interface WorldOptions {
	simulator?: string[];
	server?: string[];
	env?: NodeJS.ProcessEnv;
	webhooks?: boolean;
}

export interface CallOptions {
	key?: string | null; // null: none is sent
	contentType?: string;
	headers?: OutgoingHttpHeaders;
}

interface Called {
	data?: unknown;
	error?: unknown;
	response: Response;
}

/** The answer's JSON; fails unless the call was answered with this status. */
export async function good<R extends Called>(call: Promise<R>, status = 200): Promise<NonNullable<R['data']>> {
	const got = await call;
	if (got.response.status !== status)
		throw new Error(`status ${got.response.status}, not ${status}: ${JSON.stringify(got.error ?? got.data)}`);
	return got.data as NonNullable<R['data']>;
}

function faultsOf(status: number, tree: { errors: { status: number; code: number; field?: string }[] }): Fault[] {
	expect(tree.errors[0]!.status).toBe(status);
	return tree.errors.map((error) => [error.status, error.code, error.field]);
}

/** What a refused call was told. */
export async function faults(call: Promise<Called | Answer>): Promise<Fault[]> {
	const got = await call;
	const [status, tree] = got instanceof Answer ? [got.status, got.tree] : [got.response.status, got.error];
	if (status < 400)
		throw new Error(`not refused but answered with ${status}`);
	return faultsOf(status, tree as never);
}

/** Fails unless the call was refused with this one fault. */
export async function refused(call: Promise<Called | Answer>, status: number, code: number, field?: string): Promise<void> {
	expect(await faults(call)).toEqual([[status, code, field]]);
}

/** The ids of a path. */
export const at = <T extends Record<string, string>>(path: T) => ({ params: { path } });
/** A body that the types do not allow, or one put together from pieces. */
export const wrong = (data: unknown) => ({ data }) as never;

export class World {
	folder = '';
	simulator!: Process;
	server!: Process;
	api!: Crier; // as the first admin
	private n = 0;

	constructor(private options: WorldOptions = {}) {}

	/** Whole, or not at all. */
	async start(): Promise<this> {
		this.folder = mkdtempSync(join(tmpdir(), 'crier-e2e-'));
		try {
			return await this.startBoth();
		} catch (error) {
			await this.server?.kill();
			await this.simulator?.kill();
			throw error;
		}
	}

	private async startBoth(): Promise<this> {
		this.simulator = await Process.start(
			['simulate', '--listen', '127.0.0.1:0', '--template-delay-ms', '50', '--sent-delay-ms', '5-20', '--delivered-delay-ms', '5-20',
				'--read-delay-ms', '5-20', '--webhook-retry-ms', '10', '--webhook-retry-max-ms', '100', '--delivered-share', '100',
				'--read-share', '100', ...(this.options.simulator ?? [])],
			`${this.folder}/simulator.log`,
		);
		this.server = await this.serve(this.folder, '127.0.0.1:0', this.options.env);
		if (this.options.webhooks !== false)
			await this.connectWebhooks(this.server);
		this.api = this.as(harness.KEY);
		return this;
	}

	/** One more server with this world's simulator; the caller stops it. */
	serve(folder: string, listen = '127.0.0.1:0', env: NodeJS.ProcessEnv = {}, options = this.options.server ?? []): Promise<Process> {
		return Process.start(
			['serve', '--data', `${folder}/data`, '--listen', listen, '--graph-url', `http://${this.simulator.address}/v24.0`, ...options],
			`${folder}/server.log`,
			{ CRIER_ADMIN_KEY: harness.KEY, CRIER_VERIFY_TOKEN: 'verify', ...env },
		);
	}

	async connectWebhooks(server: Process): Promise<void> {
		await this.sim('POST', '/_sim/webhook', {
			url: `http://${server.address}/webhooks/whatsapp`,
			app_secret: harness.SECRET,
			verify_token: 'verify',
		});
	}

	/** After the server was stopped: it comes back at the same address. */
	async restart(): Promise<void> {
		this.server = await this.serve(this.folder, this.server.address, this.options.env);
	}

	async end(): Promise<void> {
		if (!this.server)
			return; // it never started, which has been told
		const statuses = [await this.server.stop(), await this.simulator.stop()];
		const output = this.server.output();
		if (statuses.some((status) => status !== 0))
			throw new Error(`exit statuses ${statuses}: ${output.slice(-3000)}`);
		rmSync(this.folder, { recursive: true });
	}

	/** For a server that a test has done to what no server survives. */
	async abandon(): Promise<void> {
		await this.server.kill();
		await this.simulator.stop();
		rmSync(this.folder, { recursive: true });
	}

	// ---- calls ----

	/** The typed client with this key. */
	as(key?: string): Crier {
		const send = async (request: Request) => {
			const url = new URL(request.url);
			const text = await request.text();
			const answer = await ask(this.server.address, {
				method: request.method,
				target: url.pathname + url.search,
				headers: Object.fromEntries(request.headers),
				body: request.body || text ? text : undefined,
			});
			SPEC.check(request.method, url.pathname + url.search, answer);
			const headers = Object.entries(answer.headers).map(([name, value]) => [name, String(value)] as [string, string]);
			return new Response(answer.status === 204 ? null : new Uint8Array(answer.body), { status: answer.status, headers });
		};
		return createCrier({ baseUrl: `http://${this.server.address}`, key, fetch: send });
	}

	/** A request as it stands here, for what the typed client would not send. An object is sent as JSON. */
	async call(method: string, target: string, body?: string | Uint8Array | object, options: CallOptions = {}): Promise<Answer> {
		const headers: OutgoingHttpHeaders = { ...options.headers };
		if (options.key !== null)
			headers['X-Dexatel-Key'] = options.key ?? harness.KEY;
		const raw = body === undefined || typeof body === 'string' || body instanceof Uint8Array;
		const contentType = options.contentType ?? (raw ? undefined : 'application/json');
		if (contentType)
			headers['Content-Type'] = contentType;
		const answer = await ask(this.server.address, { method, target, headers, body: raw ? body : JSON.stringify(body) });
		SPEC.check(method, target, answer);
		return answer;
	}

	/** GET of a path with its query as it stands, or of a link of this server's; answered 200. */
	async get(target: string, options: CallOptions = {}): Promise<Answer> {
		const answer = await this.call('GET', this.local(target), undefined, options);
		if (answer.status !== 200)
			throw new Error(`GET ${target}: status ${answer.status}: ${answer.text.slice(0, 1000)}`);
		return answer;
	}

	/** Path and query of a link; it must be one of this server's. */
	local(link: string): string {
		if (link.startsWith('/'))
			return link;
		const base = `http://${this.server.address}`;
		if (!link.startsWith(`${base}/`))
			throw new Error(`a foreign link: ${link}`);
		return link.slice(base.length);
	}

	/** Every item of a list, through all pages. */
	async all(target: string): Promise<any[]> {
		const items: unknown[] = [];
		for (let next: string | null = target; next; ) {
			const { tree } = await this.get(next);
			items.push(...tree.data);
			next = tree.pagination.links.next;
		}
		return items;
	}

	/** One of the simulator's own calls. */
	async sim(method: string, target: string, body?: object): Promise<any> {
		const headers = body ? { 'Content-Type': 'application/json' } : {};
		const answer = await ask(this.simulator.address, { method, target, headers, body: body && JSON.stringify(body) });
		if (answer.status !== 200)
			throw new Error(`simulator: ${answer.status}: ${answer.text}`);
		return answer.tree;
	}

	// ---- things ----

	/** Another one every time. */
	name(what = 'thing'): string {
		return `${what} ${++this.n}`;
	}

	async sender(name = 'MyBusiness', number = harness.NUMBER): Promise<string> {
		const { data } = await good(this.api.GET('/v1/senders', { params: { query: { 'filter[name]': name } } }));
		if (data.length === 0)
			await good(this.api.POST('/v1/senders', { body: { data: senderFields(name, number) } }), 201);
		return name;
	}

	/** An approved one. */
	async template(text = 'Hello {first_name|friend}, your {custom1} is ready.'): Promise<Schemas['TemplateAnswer']['data']> {
		await this.sender();
		const fields = { name: this.name('template'), channel: 'whatsapp', wa_sender_code: harness.NUMBER, wa_category: 'MARKETING', text } as const;
		const { data } = await good(this.api.POST('/v1/templates', { body: { data: fields } }), 201);
		return this.approved(data.id);
	}

	/** One at Meta, where it stays undecided. */
	async pendingTemplate(): Promise<Schemas['TemplateAnswer']['data']> {
		await this.sender();
		await this.sim('POST', '/_sim/faults', { 'template-verdict': 'pending' });
		const fields = { name: this.name('pending'), channel: 'whatsapp', wa_sender_code: harness.NUMBER, wa_category: 'UTILITY', text: 'Hello.' } as const;
		const { data } = await good(this.api.POST('/v1/templates', { body: { data: fields } }), 201);
		const submitted = async () => (await good(this.api.GET('/v1/templates/{template}', at({ template: data.id })))).data.meta_id;
		await waitUntil(submitted, 30, "the template's submission");
		await this.sim('POST', '/_sim/faults', { 'template-verdict': 'approve' });
		return data;
	}

	approved(template: string): Promise<Schemas['TemplateAnswer']['data']> {
		return waitUntil(async () => {
			const { data } = await good(this.api.GET('/v1/templates/{template}', at({ template })));
			return data.status === 'COMPLETED' ? data : null;
		}, 30, "the template's approval");
	}

	async audience(n = 3, fields: object = {}): Promise<Schemas['AudienceAnswer']['data']> {
		const contacts = Array.from({ length: n }, (_, i) => ({ ...harness.contact(i), ...fields }));
		return this.audienceOf(contacts);
	}

	async audienceOf(contacts: Schemas['ContactRequest'][]): Promise<Schemas['AudienceAnswer']['data']> {
		const body = { data: { name: this.name('audience'), channel: 'whatsapp', contacts } } as const;
		return (await good(this.api.POST('/v1/audiences', { body }), 201)).data;
	}

	async campaign(template?: { id: string }, audience?: { id: string }, fields: object = {}): Promise<Campaign> {
		const body = {
			data: {
				name: this.name('campaign'),
				channel: 'whatsapp',
				from: 'MyBusiness',
				template: (template ?? (await this.template())).id,
				audience: (audience ?? (await this.audience())).id,
				...fields,
			},
		} as const;
		return (await good(this.api.POST('/v1/campaigns', { body }), 201)).data;
	}

	async read(campaign: { id: string }): Promise<Campaign> {
		return (await good(this.api.GET('/v1/campaigns/{campaign}', at({ campaign: campaign.id })))).data;
	}

	/** The campaign once `ready(campaign)` holds. */
	wait(campaign: { id: string }, ready: (data: Campaign) => boolean, seconds = 60): Promise<Campaign> {
		return waitUntil(async () => {
			const data = await this.read(campaign);
			return ready(data) ? data : null;
		}, seconds, "the campaign's progress");
	}

	/** Every message of a campaign. */
	messages(campaign: { id: string }): Promise<Schemas['Message'][]> {
		return this.all(`/v1/messages?filter[campaign_id]=${campaign.id}&page_size=100`);
	}

	/** A file sent as an import. */
	async upload(audience: { id: string }, text: string | Uint8Array, query = ''): Promise<Schemas['ImportAnswer']['data']> {
		const answer = await this.call('POST', `/v1/audiences/${audience.id}/import${query}`, text, { contentType: 'text/csv' });
		if (answer.status !== 202)
			throw new Error(`import: ${answer.status}: ${answer.text}`);
		return answer.data;
	}

	/** The import once `ready(import)` holds. */
	importWhen(job: { id: string }, ready: (data: Schemas['ImportAnswer']['data']) => boolean, seconds = 30) {
		return waitUntil(async () => {
			const { data } = (await good(this.api.GET('/v1/imports/{import}', at({ import: job.id })))) as Schemas['ImportAnswer'];
			return ready(data) ? data : null;
		}, seconds, "the import's progress");
	}

	/** A counter of /metrics; its labels as they are written there. */
	async metric(name: string): Promise<number> {
		const { text } = await this.get('/metrics', { key: null });
		const line = text.split('\n').find((line) => line.startsWith(`${name} `));
		return line ? Number(line.slice(line.lastIndexOf(' ') + 1)) : 0;
	}
}

export const senderFields = (name: string, number: string) => ({
	name,
	code: number,
	phone_number_id: number,
	waba_id: harness.WABA,
	access_token: harness.TOKEN,
	app_secret: harness.SECRET,
});

/** The world of a test file: started before its tests, ended after them. */
export function world(options: WorldOptions = {}): World {
	const made = new World(options);
	beforeAll(() => made.start());
	afterAll((suite) => {
		suite.meta.seen = SPEC.seen;
		return made.end();
	});
	return made;
}

/** A world of a test's own. */
export async function withWorld(options: WorldOptions, body: (w: World) => Promise<void>): Promise<void> {
	const w = await new World(options).start();
	try {
		await body(w);
	} finally {
		await w.end();
	}
}

declare module 'vitest' {
	interface TaskMeta {
		seen?: typeof SPEC.seen;
	}
}
