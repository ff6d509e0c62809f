// The examples of docs/openapi.yaml are true: each request is sent and answered with success, each answer fits its schema.
import { expect, test } from 'vitest';
import { type Answer, KEY, SECRET } from './harness.ts';
import { examplesOf, pointerTo, type Route, SPEC } from './spec.ts';
import { fill, type Ids, things, withIds } from './things.ts';
import { world } from './world.ts';

const w = world();

const contents = (place: Record<string, any>): [string, Record<string, any>][] => Object.entries(SPEC.resolve(place).content ?? {});

async function send(route: Route, type: string, example: any, ids: Ids): Promise<Answer> {
	const target = fill(route.path, ids);
	const body = type.includes('json') ? withIds(example, { ...ids, key: KEY }) : example;
	return w.call(route.method.toUpperCase(), target, body, { contentType: type, headers: { 'Sec-Fetch-Site': 'same-origin' } });
}

/** What each example acts on: a campaign that can be moved, a number that nobody has. */
async function prepare(): Promise<Ids> {
	const first = SPEC.routes.find(({ operation }) => operation.operationId === 'sendersCreate')!;
	const [type, content] = contents(first.operation.requestBody)[0]!;
	const example = { data: { ...content.example.data, app_secret: SECRET } }; // so that the simulator's webhooks are taken
	expect((await send(first, type, example, {})).status).toBe(201);
	const ids = await things(w);
	const coming = await w.campaign({ id: ids.template! }, { id: ids.audience! }, { schedule: '2199-01-01 00:00:00' });
	return { ...ids, campaign: coming.id };
}

test('every request that has a body has an example, and it is answered with success', async () => {
	const ids = await prepare();
	let n = 0;
	for (const route of SPEC.routes) {
		const { operationId } = route.operation;
		if (operationId === 'sendersCreate' || operationId === 'hooksReceive')
			continue; // sent above; Meta's, which are signed
		for (const [type, content] of contents(route.operation.requestBody ?? {})) {
			if (!/json|csv/.test(type))
				continue; // bytes, which no text can show
			const examples = examplesOf(content);
			expect(examples.length, `${operationId} has no example of ${type}`).toBeGreaterThan(0);
			for (const example of examples) {
				const answer = await send(route, type, example, ids);
				expect(answer.status, `${operationId}: ${answer.text}`).toBeLessThan(300);
				n++;
			}
		}
	}
	expect(n).toBeGreaterThanOrEqual(8);
});

test('examples of answers fit their schemas', () => {
	for (const route of SPEC.routes)
		for (const [status, response] of Object.entries<Record<string, any>>(route.operation.responses))
			for (const [type, content] of contents(response))
				for (const example of examplesOf(content))
					if (type === 'application/json') {
						const base = response.$ref ? response.$ref.slice(1) : pointerTo(route, 'responses', status);
						SPEC.validate(`${base}/content/application~1json/schema`, example);
					}
});
