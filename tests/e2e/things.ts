// The program's own tables of routes and ids, and one thing of each kind to call them with.
import { CODES, source } from './codes.ts';
import { at, good, UNKNOWN_ID, type World } from './world.ts';

export interface TableRoute {
	method: string;
	path: string;
	role: string;
	handler: string;
	body: string;
}

export const ROUTES: TableRoute[] = [
	...source('api/routes.def').matchAll(/^ROUTE\((\w+), "([^"]+)", (\w+), (\w+), (\w+)\)/gm),
].map(([, method, path, role, handler, body]) => ({ method, path, role, handler, body }) as TableRoute);

/** The kinds of ids in paths, with the codes of a malformed and of an unknown one. */
export const KINDS = new Map(
	[...source('api/route.c').matchAll(/\{"\{(\w+)\}", PUBID_\w+, FAULT_(\w+), FAULT_(\w+)\}/g)].map(([, kind, malformed, unknown]) => [
		kind!,
		{ malformed: CODES.get(malformed!)!.code, unknown: CODES.get(unknown!)!.code },
	]),
);

export type Ids = Record<string, string>;

export const fill = (path: string, ids: Ids) =>
	path.replace(/\{(\w+)\}/g, (_, kind: string) => {
		if (!ids[kind])
			throw new Error(`no ${kind} to put into ${path}: let things() make one`);
		return ids[kind];
	});
const FILE = 'docs.js'; // the one part of a path that is no id
export const NOTHING: Ids = { file: FILE, ...Object.fromEntries([...KINDS.keys()].map((kind) => [kind, UNKNOWN_ID])) };

/** The example with the ids and the key of a world in the place of those that the document has. */
export const withIds = (example: any, ids: Ids) =>
	JSON.parse(JSON.stringify(example), (name, value) => (typeof value === 'string' && ids[name] && /^([0-9a-f-]{36}|crier_example)$/.test(value) ? ids[name] : value));

export const completed = (data: { status: string }) => data.status === 'completed';
export const finished = ({ status, messages: m }: { status: string; messages: { read: number; total: number; skipped: number; failed: number } }) =>
	status === 'completed' && m.read === m.total - m.skipped - m.failed;

const made = new WeakMap<World, Promise<Ids>>();

/** The id of one of each kind; made once a world. */
export function things(w: World): Promise<Ids> {
	let ids = made.get(w);
	if (!ids) {
		ids = make(w);
		made.set(w, ids);
	}
	return ids;
}

async function make(w: World): Promise<Ids> {
	const hook = await good(w.api.POST('/v1/webhooks', { body: { data: { url: 'https://hooks.invalid/a', event: 'campaign' } } }), 201);
	const optout = await good(w.api.POST('/v1/optouts', { body: { data: { number: '447400123498' } } }), 201);
	const template = await w.template();
	const audience = await w.audience(2);
	const campaign = await w.wait(await w.campaign(template, audience), completed);
	const job = await w.importWhen(await w.upload(audience, 'number\n447400123456\n'), completed);
	const key = await good(w.api.POST('/v1/keys', { body: { data: { name: 'a viewer', role: 'viewer' } } }), 201);
	const senders = await good(w.api.GET('/v1/senders'));
	const contacts = await good(w.api.GET('/v1/audiences/{audience}/contacts', at({ audience: audience.id })));
	const medium = await w.call('POST', '/v1/media', 'Opening hours\n', { contentType: 'text/plain' });
	const [delivery] = await w.all(`/v1/webhooks/${hook.data.id}/deliveries`);
	return {
		file: FILE,
		key: key.data.id,
		sender: senders.data[0]!.id,
		template: template.id,
		audience: audience.id,
		contact: contacts.data[0]!.id,
		import: job.id,
		campaign: campaign.id,
		message: (await w.messages(campaign))[0]!.id,
		webhook: hook.data.id,
		delivery: delivery.id,
		optout: optout.data.id,
		media: medium.data.id,
	};
}
