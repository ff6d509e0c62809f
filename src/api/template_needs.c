/* The media that a template's body names: there, or fetched, before the template is made. */
#include "api/media_need.h"
#include "api/template_put.h"
#include "model/template_form.h"

static enum media_kind kind_of(enum template_header header)
{
	return header == TEMPLATE_HEADER_VIDEO ? MEDIA_VIDEO : header == TEMPLATE_HEADER_DOCUMENT ? MEDIA_DOCUMENT : MEDIA_IMAGE;
}

void template_need_media(struct api_call *call, const struct template_request *req, void (*go_on)(struct api_call *call))
{
	struct template_form *form = arena_alloc(call->arena, sizeof(*form));
	struct template_media *media[TEMPLATE_MAX_MEDIA];
	struct media_need *needs = arena_array(call->arena, TEMPLATE_MAX_MEDIA, sizeof(*needs));
	struct faults *told = arena_alloc(call->arena, sizeof(*told)); /* those of the form were told before */
	faults_init(told);
	template_form_build(req, TEMPLATE_PARAMS_EACH, call->arena, form, told);
	int n = template_form_media(form, media);
	for (int i = 0; i < n; i++) {
		const struct template_panel *panel = form->n_cards ? &form->card[i] : &form->main;
		const char *name = media[i]->media_id ? "media_id" : "url";
		needs[i] = (struct media_need){
			.field = req->components ? arena_printf(call->arena, "%s.%s", panel->header_field, name) : name,
			.media_id = media[i]->media_id,
			.url = media[i]->url,
			.kind = kind_of(panel->header),
			.for_template = true};
	}
	media_need_resolve(call, needs, n, go_on);
}
