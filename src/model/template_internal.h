#pragma once
/* Inside model: what the files that make a template's form share. */

#include "model/template_form.h"

struct form_reader {
	struct arena *arena;
	struct template_form *form;
	struct faults *faults;
	bool is_auth;
	bool is_card;
};

/* A text with placeholders; NULL with a fault of `field`. */
struct template_text *form_text(struct form_reader *r, const char *field, const char *text);
/* The samples of a component's `example`, in Meta's two forms. */
void form_samples(struct form_reader *r, struct template_text *text, const cJSON *example, const char *flat_key,
                  const char *named_key);
/* A text of an object, copied into the arena: JSON does not outlive the reading. NULL when there is none. */
const char *form_member(struct form_reader *r, const cJSON *from, const char *name);
/* The list `buttons` of the component at `field`. */
void form_buttons(struct form_reader *r, const char *field, const cJSON *list, struct template_panel *panel);
/* Where a medium lies: exactly one of url and media_id, a file name for a document. `field` "" for the flat fields. */
void form_media(struct form_reader *r, const char *field, enum template_header kind, struct template_media *media);
bool form_is_url(const char *url, size_t max_chars);
/* The characters of a text as Meta counts them at submission: placeholders as `{{name}}`. */
size_t form_chars(const struct template_text *text);
