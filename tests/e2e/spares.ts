// Things that are made to be changed and deleted, so that those that other requests stand on stay as they are.
import { contactsCsv } from './harness.ts';
import type { Route } from './spec.ts';
import type { Ids } from './things.ts';
import { at, good, senderFields, type World } from './world.ts';

const LATE = '2199-01-01 00:00:00';

export class Spares {
	private made = new Map<string, string>();
	private n = 0;
	private makers: Record<string, () => Promise<string>>;

	constructor(
		private w: World,
		private ids: Ids,
	) {
		const make = async (path: string, fields: object) => (await w.call('POST', path, { data: fields })).data.id;
		const campaign = async () => (await w.campaign({ id: ids.template! }, { id: ids.audience! }, { schedule: LATE })).id;
		this.makers = {
			key: () => make('/v1/keys', { name: 'spare', role: 'viewer' }),
			sender: () => this.sender(),
			template: async () => (await w.template()).id,
			audience: async () => (await w.audience(1)).id,
			contact: () => make(`/v1/audiences/${ids.audience}/contacts`, { number: `4474002${this.next()}` }),
			campaign,
			'campaign/pause': () => this.running(),
			'campaign/resume': async () => {
				const made = await this.running();
				await good(w.api.POST('/v1/campaigns/{campaign}/pause', at({ campaign: made })));
				return made;
			},
			message: () => this.message(),
			webhook: () => this.webhook(),
			optout: () => make('/v1/optouts', { number: `4474003${this.next()}` }),
			media: async () => (await w.call('POST', '/v1/media', `Spare ${this.next()}\n`, { contentType: 'text/plain' })).data.id,
			import: () => this.import(),
		};
	}

	private next(): string {
		return String(++this.n).padStart(5, '0');
	}

	/** A campaign in progress, for some minutes. */
	private async running(): Promise<string> {
		const made = await this.w.campaign({ id: this.ids.template! }, await this.w.audience(200), { rate: 1 });
		return (await this.w.wait(made, ({ status }) => status === 'in_progress')).id;
	}

	/** Where nothing is sent from. */
	private async sender(): Promise<string> {
		const name = this.w.name('spare');
		return (await good(this.w.api.POST('/v1/senders', { body: { data: senderFields(name, `4480816${this.next()}`) } }), 201)).data.id;
	}

	/** One that waits behind a sender that is paused. */
	private async message(): Promise<string> {
		const name = this.w.name('paused');
		const sender = (await good(this.w.api.POST('/v1/senders', { body: { data: senderFields(name, `4480816${this.next()}`) } }), 201)).data.id;
		await good(this.w.api.POST('/v1/senders/{sender}/pause', at({ sender })));
		const body = { data: { channel: 'whatsapp', from: name, to: '447400000091', template: this.ids.template!, variables: ['Ann', 'book'] as string[] } } as const;
		return (await good(this.w.api.POST('/v1/messages', { body }), 201)).data[0]!.id;
	}

	/** An account has one an event. */
	private async webhook(): Promise<string> {
		const { data } = await good(this.w.api.GET('/v1/webhooks'));
		const one = data.find((hook) => hook.event === 'message');
		return one?.id ?? (await good(this.w.api.POST('/v1/webhooks', { body: { data: { url: 'https://hooks.invalid/b', event: 'message' } } }), 201)).data.id;
	}

	/** Long enough to be stopped, into an audience of its own. */
	private async import(): Promise<string> {
		return (await this.w.upload(await this.w.audience(0), contactsCsv(30_000))).id;
	}

	/** The kind of thing that a request to this route changes or deletes, '' none. */
	private kind({ method, path }: Route): string {
		const [, kind = '', act = ''] = /\{(\w+)\}(\/(?:pause|resume|test))?$/.exec(path) ?? [];
		if (method !== 'delete' && method !== 'put' && !act)
			return '';
		return this.makers[kind + act] ? kind + act : kind;
	}

	/** The target with a spare in the place of the thing that it names last, if it would be changed. */
	async spare(route: Route, target: string): Promise<string> {
		const kind = this.kind(route);
		const id = this.ids[kind.split('/')[0]!];
		if (!kind || !id || !target.includes(id))
			return target;
		if (!this.made.has(kind))
			this.made.set(kind, await this.makers[kind]!());
		return target.replace(id, this.made.get(kind)!);
	}

	/** A request to this route was answered with success: the next one gets another. */
	spent(route: Route): void {
		this.made.delete(this.kind(route));
	}
}
