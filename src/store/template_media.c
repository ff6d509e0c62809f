/* The media of a template: which they are, and the samples of them that Meta's reviewers see. */
#include "base/uuid.h"
#include "store/media.h"
#include "store/template_row.h"

#include <string.h>

static const struct {
	enum template_header header;
	enum media_kind kind;
	enum fault_code code;
	const char *rule;
} kinds[] = {
	{TEMPLATE_HEADER_IMAGE, MEDIA_IMAGE, FAULT_MEDIA_IMAGE, "an image, JPEG or PNG"},
	{TEMPLATE_HEADER_VIDEO, MEDIA_VIDEO, FAULT_MEDIA_VIDEO, "a video, MP4"},
	{TEMPLATE_HEADER_DOCUMENT, MEDIA_DOCUMENT, FAULT_MEDIA_DOCUMENT, "a document, PDF"},
};

/* What a media_id or url stands for; 0 where we have nothing of it. */
static int find_one(struct store_tx *tx, int64_t account_no, const struct template_media *media, struct arena *arena,
                    int64_t *ret_no, struct medium *ret)
{
	struct uuid uuid;
	int known = 1;
	*ret_no = 0;
	if (media->media_id) {
		if (uuid_parse(media->media_id, strlen(media->media_id), &uuid) &&
		    pubid_open(tx->ids, PUBID_MEDIA, &uuid, ret_no, NULL))
			known = 0;
	} else if (media->url) {
		known = media_from_url(tx, account_no, media->url, 0, ret_no);
	}
	if (known == 0)
		known = media_read(tx, account_no, *ret_no, arena, ret);
	if (known != 0)
		*ret_no = 0;
	return known < 0 ? -1 : 0;
}

static void judge(const struct template_media *media, enum template_header header, const char *field, int64_t no,
                  const struct medium *medium, struct arena *arena, struct faults *faults)
{
	const char *place = arena_printf(arena, "%s%s%s", field, *field ? "." : "", media->media_id ? "media_id" : "url");
	struct uuid uuid;
	if (media->media_id && !uuid_parse(media->media_id, strlen(media->media_id), &uuid))
		fault_add(faults, FAULT_MEDIA_ID, place, " must be the id of a medium: a UUID");
	else if (media->media_id && no == 0)
		fault_add(faults, FAULT_TEMPLATE_MEDIA_REQUIRED, place, " is not the id of a medium of this account");
	for (size_t i = 0; no != 0 && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct media_type *type = media_type_find(medium->mime_type);
		bool fits = medium->kind == kinds[i].kind && type && media_type_for_template(type);
		if (kinds[i].header == header && !fits)
			fault_add(faults, kinds[i].code, place, " must be %s", kinds[i].rule);
	}
}

int template_media_find(struct store_tx *tx, int64_t account_no, struct template_form *form, bool flat, struct arena *arena,
                        struct faults *faults, int64_t ret[TEMPLATE_MAX_MEDIA], int *ret_n)
{
	struct template_media *media[TEMPLATE_MAX_MEDIA];
	int n = template_form_media(form, media);
	for (int i = 0; i < n; i++) {
		const struct template_panel *panel = form->n_cards ? &form->card[i] : &form->main;
		struct medium medium;
		if (find_one(tx, account_no, media[i], arena, &ret[i], &medium) < 0)
			return -1;
		if (faults)
			judge(media[i], panel->header, flat ? "" : panel->header_field, ret[i], &medium, arena, faults);
	}
	*ret_n = n;
	return 0;
}

int template_form_open(struct store_tx *tx, const struct template *tpl, struct arena *arena, struct template_form *ret,
                       struct err *err)
{
	struct template_media *media[TEMPLATE_MAX_MEDIA];
	int64_t no[MEDIA_PER_TEMPLATE_MAX];
	int n_no = 0;
	if (template_form_read(tpl, arena, ret, err) < 0)
		return -1;
	int n = template_form_media(ret, media);
	if (n > 0 && template_media_of(tx, tpl->no, no, &n_no) < 0)
		return err_set(err, "its media could not be read");
	for (int i = 0; i < n && i < n_no; i++)
		media[i]->media_no = no[i];
	return 0;
}

int template_samples(struct store_tx *tx, const struct template *tpl, int64_t sender_no, msec_t now, struct arena *arena,
                     struct template_samples *ret)
{
	struct template_form *form = arena_alloc(arena, sizeof(*form));
	struct template_media *media[TEMPLATE_MAX_MEDIA];
	struct err err;
	*ret = (struct template_samples){.state = TEMPLATE_SAMPLES_READY};
	if (template_form_open(tx, tpl, arena, form, &err) < 0)
		return -1;
	int n = template_form_media(form, media);
	for (int i = 0; i < n && ret->state != TEMPLATE_SAMPLES_REFUSED; i++) {
		struct media_at_meta at = {.reason = "there is no file of ours behind its address"};
		int ready = 2;
		if (media[i]->media_no != 0) {
			if (media_want(tx, media[i]->media_no, sender_no, MEDIA_AS_SAMPLE, now) < 0)
				return -1;
			ready = media_ready(tx, media[i]->media_no, sender_no, MEDIA_AS_SAMPLE, now, arena, &at);
		}
		if (ready < 0)
			return -1;
		ret->handle[i] = ready == 0 ? at.meta_id : NULL;
		if (ready == 1)
			ret->state = TEMPLATE_SAMPLES_WAIT;
		if (ready == 2) {
			ret->state = TEMPLATE_SAMPLES_REFUSED;
			ret->reason = arena_printf(arena, "A sample of its medium could not be given to WhatsApp: %s", at.reason);
		}
	}
	return 0;
}
