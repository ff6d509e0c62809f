// Shows the contract of the server that this page came from, and calls no other.
const answer = await fetch('/v1/openapi.json');
const spec = await answer.json();
spec.servers = [{ url: location.origin }];

window.SwaggerUIBundle({
	spec,
	dom_id: '#reference',
	deepLinking: true,
	defaultModelsExpandDepth: 0,
	displayRequestDuration: true,
	docExpansion: 'list',
	filter: true,
	presets: [window.SwaggerUIBundle.presets.apis],
	validatorUrl: null, // else it would ask swagger.io
});
